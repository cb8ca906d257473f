'use client';

import { Plus, UserPlus } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from '@/components/ui/button';
import type { TrafficCaller } from '@/lib/contract';
import {
  addCohort,
  addRule,
  concernsCaller,
  findUnreachable,
  isEdited,
  mainRule,
  moveRule,
  movedRules,
  readSplit,
  ruleEditorOf,
} from '@/lib/traffic';
import type { RouteDraft } from '@/lib/traffic';
import { CohortForm } from './cohort-form';
import { RuleCard } from './rule-card';
import type { FaultSeconds } from './rule-panels';
import type { TrafficDraft } from './use-traffic-draft';

export interface RuleListProps {
  draft: TrafficDraft;
  caller: TrafficCaller | undefined;
  faultFor: FaultSeconds;
  onFaultFor: (seconds: FaultSeconds) => void;
  onEdit: (change: (route: RouteDraft) => RouteDraft) => void;
}

/** The rules of the object in the order they are tried; dragged by their grip, or moved with the arrow keys. */
export function RuleList({ draft, caller, faultFor, onFaultFor, onEdit }: RuleListProps): ReactNode {
  const t = useTranslations('traffic');
  const { route, context } = draft;
  const editor = ruleEditorOf(route.object);
  const main = mainRule(route);
  const [toggled, setToggled] = useState<ReadonlyMap<string, boolean>>(new Map());
  const [cohort, setCohort] = useState(false);
  const [dragged, setDragged] = useState<string>();
  const [said, setSaid] = useState('');
  const list = useRef<HTMLOListElement>(null);
  const unreachable = findUnreachable(route);
  const moved = movedRules(route);
  const isOpen = (key: string): boolean => toggled.get(key) ?? key === main?.key;
  const targets = main === undefined ? [] : readSplit(route.object, main.rule, context).rows;

  const move = (key: string, to: number): void => {
    onEdit((before) => moveRule(before, key, to));
    setSaid(t('moved', { number: String(Math.max(0, Math.min(route.rules.length - 1, to)) + 1), count: String(route.rules.length) }));
  };
  /** Where among the others the pointer is. */
  const positionAt = (y: number): number => {
    const items = [...(list.current?.children ?? [])].map((item) => item.getBoundingClientRect());
    const below = items.findIndex((box) => y < box.top + box.height / 2);
    return below === -1 ? items.length : below;
  };
  const drag = (y: number, key: string): void => {
    const at = route.rules.findIndex((one) => one.key === key);
    const gap = positionAt(y);
    const to = gap > at ? gap - 1 : gap;
    if (at !== -1 && to !== at) move(key, to);
  };
  useEffect(() => {
    if (dragged === undefined) return undefined;
    // The grip moves with its rule in the document, which ends a capture of the pointer: the window hears all of it.
    const onMove = (event: PointerEvent): void => drag(event.clientY, dragged);
    const onEnd = (): void => setDragged(undefined);
    window.addEventListener('pointermove', onMove);
    window.addEventListener('pointerup', onEnd);
    window.addEventListener('pointercancel', onEnd);
    return () => {
      window.removeEventListener('pointermove', onMove);
      window.removeEventListener('pointerup', onEnd);
      window.removeEventListener('pointercancel', onEnd);
    };
  });

  return (
    <section aria-label={t('rules')} className="border-b border-line">
      <div className="flex h-10 items-center gap-1 px-4">
        <h3 className="mr-auto text-sm">{t('rules')}</h3>
        {targets.length > 1 && (
          <Button
            size="sm"
            variant="ghost"
            aria-expanded={cohort}
            icon={<UserPlus size={13} aria-hidden="true" />}
            onClick={() => setCohort(!cohort)}
          >
            {t('cohort')}
          </Button>
        )}
        {targets[0] !== undefined && (
          <Button
            size="sm"
            variant="ghost"
            icon={<Plus size={13} aria-hidden="true" />}
            onClick={() => {
              const [target] = targets;
              if (target === undefined) return;
              const [subject] = editor.kind === 'GRPCRoute' ? (['grpcService'] as const) : (['uri'] as const);
              const matches = [
                [
                  {
                    subject,
                    name: '',
                    operator: editor.conditions[subject]?.includes('prefix') === true ? 'prefix' : 'exact',
                    value: '',
                  } as const,
                ],
              ];
              setToggled(new Map([...toggled, [`n${route.added}`, true]]));
              onEdit((before) => addRule(before, 0, target.destination, matches));
            }}
          >
            {t('addRule')}
          </Button>
        )}
      </div>
      {cohort && main !== undefined && (
        <CohortForm
          rows={targets}
          caller={caller}
          labelled={editor.conditions.callerLabel !== undefined}
          onCancel={() => setCohort(false)}
          onAdd={(conditions, row) => {
            setCohort(false);
            onEdit((before) => addCohort(before, main.key, conditions, row.destination));
          }}
        />
      )}
      {route.rules.length === 0 && <p className="px-4 pb-3 text-sm text-muted">{t('noRules')}</p>}
      <ol ref={list} className="flex flex-col">
        {route.rules.map((one, index) => (
          <RuleCard
            key={one.key}
            draft={draft}
            rule={one}
            index={index}
            isMain={one === main}
            open={isOpen(one.key)}
            onOpen={(open) => setToggled(new Map([...toggled, [one.key, open]]))}
            edited={isEdited(route, one) || moved.has(one.key)}
            unreachable={unreachable.has(one.key)}
            faint={caller !== undefined && !concernsCaller(route, one, caller)}
            dragged={dragged === one.key}
            faultFor={faultFor}
            onFaultFor={onFaultFor}
            onEdit={onEdit}
            onMove={(to) => move(one.key, to)}
            onGrip={() => setDragged(one.key)}
          />
        ))}
      </ol>
      <p aria-live="polite" className="sr-only">
        {said}
      </p>
    </section>
  );
}
