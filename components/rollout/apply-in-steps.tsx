'use client';

import { Footprints } from 'lucide-react';
import { type ReactNode, useId, useState } from 'react';
import { useTranslations } from 'use-intl';
import { type WriteNeed, needsOfRefs, useDenial } from '@/components/data/use-denial';
import { useStartRollout } from '@/components/data/use-rollouts';
import { Button } from '@/components/ui/button';
import { NumberField, Toggle } from '@/components/ui/field';
import { GuardedButton } from '@/components/ui/guarded-button';
import { ErrorState } from '@/components/ui/states';
import type { EndpointBody, ObjectRef } from '@/lib/contract';
import { planSteps } from '@/lib/rollout';
import { sayWeights } from './step-weights';

export interface DraftedSteps {
  service: { namespace: string; name: string };
  route: ObjectRef | undefined;
  rule: number;
  rows: { key: string; label: string; from: number; to: number }[];
  sources: { ref: ObjectRef; resourceVersion: string }[];
  onStarted: () => void;
}

const intervals = [10, 30, 60, 120, 300, 600, 1800] as const;

/** `10, 25, 50` as numbers; `null` when it is none. */
function readSteps(text: string): number[] | null {
  const numbers = text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
    .map(Number);
  const fine = numbers.length > 0 && numbers.every((one) => Number.isFinite(one) && one >= 1 && one <= 100);
  return fine ? [...new Set([...numbers, 100])].toSorted((left, right) => left - right) : null;
}

/** Another way to apply a draft that only moves weights: in steps that evidence decides. */
export function ApplyInSteps({ shift }: { shift: DraftedSteps }): ReactNode {
  const t = useTranslations('rollout');
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <section aria-label={t('applyInSteps')} className="border-t border-line">
      {!open && (
        <div className="flex px-4 py-2">
          <Button
            size="sm"
            aria-expanded={false}
            aria-controls={id}
            icon={<Footprints size={13} aria-hidden="true" />}
            onClick={() => setOpen(true)}
          >
            {t('applyInSteps')}
          </Button>
        </div>
      )}
      <div id={id}>{open && <StepsForm shift={shift} onClose={() => setOpen(false)} />}</div>
    </section>
  );
}

/** A shift writes its route; one without a route makes a VirtualService. */
function needsOf({ route, service }: DraftedSteps): WriteNeed[] {
  if (route !== undefined) return needsOfRefs([route]);
  const made = { group: 'networking.istio.io', kind: 'VirtualService', namespace: service.namespace };
  return [
    { ...made, verb: 'create' },
    { ...made, verb: 'patch' },
  ];
}

function StepsForm({ shift, onClose }: { shift: DraftedSteps; onClose: () => void }): ReactNode {
  const t = useTranslations('rollout');
  const common = useTranslations('common');
  const [text, setText] = useState('10, 25, 50, 100');
  const [seconds, setSeconds] = useState<number>(120);
  const [watch, setWatch] = useState({ errors: true, latency: true });
  const [least, setLeast] = useState(100);
  const [tolerance, setTolerance] = useState(1);
  const [warmUp, setWarmUp] = useState(5);
  const [reason, setReason] = useState('');
  const start = useStartRollout();
  const denial = useDenial(needsOf(shift));
  const steps = readSteps(text);
  const labels = shift.rows.map((one) => one.label);
  const planned = planSteps(
    shift.rows.map((one) => one.from),
    shift.rows.map((one) => one.to),
    steps ?? [100],
  );
  const begin = (takeOver: boolean): void => {
    const body: EndpointBody<'startRollout'> = {
      ...shift.service,
      ...(shift.route === undefined ? {} : { route: shift.route }),
      rule: shift.rule,
      weights: Object.fromEntries(shift.rows.map((one) => [one.key, one.to])),
      steps: steps ?? [100],
      intervalSeconds: seconds,
      watch,
      warmUpSeconds: warmUp,
      leastRequests: least,
      errorTolerance: tolerance / 100,
      sources: shift.sources,
      takeOver,
      ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
    };
    start.mutate(body, { onSuccess: shift.onStarted });
  };
  const owned = start.error?.status === 409 && 'owners' in start.error.body && (start.error.body.owners as unknown[]).length > 0;
  return (
    <form
      noValidate
      className="flex flex-col gap-2 bg-accent-soft px-4 py-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (denial === undefined) begin(false);
      }}
    >
      <h3 className="text-sm">{t('title')}</h3>
      <p className="text-sm text-muted">{t('intro')}</p>
      <label className="flex items-center justify-between gap-3 text-sm">
        <span className="text-muted">{t('steps')}</span>
        <input
          value={text}
          inputMode="numeric"
          aria-invalid={steps === null}
          onChange={(event) => setText(event.target.value)}
          className="num h-7 w-44 rounded-sm border border-line-strong bg-panel px-2 aria-invalid:border-failing"
        />
      </label>
      {steps === null && <p className="text-sm text-failing-text">{t('stepsWrong')}</p>}
      <label className="flex items-center justify-between gap-3 text-sm">
        <span className="text-muted">{t('interval')}</span>
        <select
          value={seconds}
          onChange={(event) => setSeconds(Number(event.target.value))}
          className="h-7 w-44 rounded-sm border border-line-strong bg-panel px-1.5"
        >
          {intervals.map((one) => (
            <option key={one} value={one}>
              {one < 60 ? t('seconds', { count: String(one) }) : t('minutes', { count: one / 60 })}
            </option>
          ))}
        </select>
      </label>
      <div role="group" aria-label={t('watched')} className="flex items-center justify-between gap-3 text-sm">
        <span className="text-muted">{t('watched')}</span>
        <span className="flex gap-4">
          <Toggle label={t('errors')} checked={watch.errors} onChange={(errors) => setWatch({ ...watch, errors })} />
          <Toggle label={t('latency')} checked={watch.latency} onChange={(latency) => setWatch({ ...watch, latency })} />
        </span>
      </div>
      <details className="text-sm">
        <summary className="cursor-default text-muted">{t('more')}</summary>
        <NumberField label={t('leastRequests')} value={least} min={30} max={1_000_000} onChange={(value) => setLeast(value ?? 100)} />
        <NumberField label={t('tolerance')} value={tolerance} min={0.1} max={50} unit="%" onChange={(value) => setTolerance(value ?? 1)} />
        <NumberField label={t('warmUp')} value={warmUp} min={0} max={3600} unit="s" onChange={(value) => setWarmUp(value ?? 0)} />
      </details>
      <div>
        <p className="text-xs text-muted">{t('plan')}</p>
        <ol className="num text-sm" data-testid="planned-steps">
          {planned.map((one) => (
            <li key={one.percent}>{t('stepWeights', { percent: String(one.percent), weights: sayWeights(labels, one.weights) })}</li>
          ))}
        </ol>
      </div>
      <label className="flex flex-col gap-1 text-sm">
        <span className="text-muted">{t('reason')}</span>
        <input
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          className="h-7 rounded-sm border border-line-strong bg-panel px-2"
        />
      </label>
      {denial !== undefined && <p className="text-sm text-degraded-text">{denial}</p>}
      {start.isError && <ErrorState {...start.error.body.error} retryLabel={common('retry')} />}
      <div className="flex gap-2">
        <GuardedButton denial={denial} variant="primary" type="submit" disabled={steps === null || planned.length === 0 || start.isPending}>
          {start.isPending ? t('starting') : t('start')}
        </GuardedButton>
        {owned && (
          <GuardedButton denial={denial} onClick={() => begin(true)}>
            {t('takeOver')}
          </GuardedButton>
        )}
        <Button variant="ghost" onClick={onClose}>
          {t('cancel')}
        </Button>
      </div>
    </form>
  );
}
