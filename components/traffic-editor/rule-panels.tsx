'use client';

import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { NumberField, TextField, Toggle } from '@/components/ui/field';
import type { RuleRetries } from '@/lib/kinds/shared/rule-editor';
import type { DraftFault } from '@/lib/traffic';

const freshFault: DraftFault = { delay: null, abort: { status: 500, percent: 50 }, header: null };

/** Choices of how long a fault stays. */
export const faultSeconds = [300, 900, 3600, 14_400, 86_400] as const;
export type FaultSeconds = (typeof faultSeconds)[number];

/** Delay and abort, each with its share, for everyone or for one header value. */
export function FaultPanel({
  fault,
  onChange,
  changed,
  seconds,
  onSeconds,
}: {
  fault: DraftFault | null;
  onChange: (fault: DraftFault | null) => void;
  changed: boolean;
  /** How long the fault shall stay. */
  seconds: FaultSeconds;
  onSeconds: (seconds: FaultSeconds) => void;
}): ReactNode {
  const t = useTranslations('traffic');
  return (
    <section className="relative border-t border-line px-4 py-3" aria-label={t('faults')}>
      {fault !== null && <div aria-hidden="true" className="hatch-degraded absolute inset-x-0 top-0 h-1" />}
      <div className="flex items-center justify-between">
        <h4 className={`text-sm font-[550] ${changed ? 'draft-mark -ml-2.5 pl-2' : ''}`}>{t('faults')}</h4>
        <Toggle label={t('faultOn')} checked={fault !== null} onChange={(on) => onChange(on ? freshFault : null)} />
      </div>
      {fault !== null && (
        <div className="mt-1 flex flex-col gap-1">
          <Toggle
            label={t('delay')}
            checked={fault.delay !== null}
            onChange={(on) => onChange({ ...fault, delay: on ? { ms: 2_000, percent: 50 } : null })}
          />
          {fault.delay !== null && (
            <div className="pl-6">
              <NumberField
                label={t('delayMs')}
                value={fault.delay.ms}
                min={1}
                max={3_600_000}
                unit="ms"
                onChange={(ms) => onChange({ ...fault, delay: { percent: fault.delay?.percent ?? 100, ms: ms ?? 1 } })}
              />
              <NumberField
                label={t('share')}
                value={fault.delay.percent}
                min={0}
                max={100}
                unit="%"
                onChange={(percent) => onChange({ ...fault, delay: { ms: fault.delay?.ms ?? 1, percent: percent ?? 0 } })}
              />
            </div>
          )}
          <Toggle
            label={t('abort')}
            checked={fault.abort !== null}
            onChange={(on) => onChange({ ...fault, abort: on ? { status: 500, percent: 50 } : null })}
          />
          {fault.abort !== null && (
            <div className="pl-6">
              <NumberField
                label={t('abortStatus')}
                value={fault.abort.status}
                min={200}
                max={599}
                onChange={(status) => onChange({ ...fault, abort: { percent: fault.abort?.percent ?? 100, status: status ?? 500 } })}
              />
              <NumberField
                label={t('share')}
                value={fault.abort.percent}
                min={0}
                max={100}
                unit="%"
                onChange={(percent) => onChange({ ...fault, abort: { status: fault.abort?.status ?? 500, percent: percent ?? 0 } })}
              />
            </div>
          )}
          <Toggle
            label={t('onlyFor')}
            checked={fault.header !== null}
            onChange={(on) => onChange({ ...fault, header: on ? { name: 'end-user', value: '' } : null })}
          />
          {fault.header !== null && (
            <div className="pl-6">
              <TextField
                label={t('headerName')}
                mono
                value={fault.header.name}
                onChange={(name) => onChange({ ...fault, header: { value: fault.header?.value ?? '', name: name.toLowerCase() } })}
              />
              <TextField
                label={t('headerValue')}
                mono
                value={fault.header.value}
                placeholder="jason"
                onChange={(value) => onChange({ ...fault, header: { name: fault.header?.name ?? '', value } })}
              />
            </div>
          )}
          {changed && (
            <label className="mt-1 flex items-center justify-between gap-3 py-0.5 text-sm">
              <span className="text-muted">{t('expires')}</span>
              <select
                value={seconds}
                onChange={(event) => onSeconds(faultSeconds.find((one) => String(one) === event.target.value) ?? 900)}
                className="h-7 w-28 rounded-sm border border-line-strong bg-panel px-1.5"
              >
                {faultSeconds.map((one) => (
                  <option key={one} value={one}>
                    {t(`expiresAfter.s${one}`)}
                  </option>
                ))}
              </select>
            </label>
          )}
        </div>
      )}
    </section>
  );
}

export interface LimitsPanelProps {
  timeoutMs: number | null;
  retries: RuleRetries | null;
  /** Retries are for status codes (Gateway API) rather than for conditions as Envoy names them. */
  byCode: boolean;
  onTimeout: (timeoutMs: number | null) => void;
  onRetries: (retries: RuleRetries | null) => void;
  changed: boolean;
}

/** Timeout and retries. */
export function LimitsPanel({ timeoutMs, retries, byCode, onTimeout, onRetries, changed }: LimitsPanelProps): ReactNode {
  const t = useTranslations('traffic');
  return (
    <section className="border-t border-line px-4 py-3" aria-label={t('limits')}>
      <h4 className={`mb-1 text-sm font-[550] ${changed ? 'draft-mark -ml-2.5 pl-2' : ''}`}>{t('limits')}</h4>
      <NumberField
        label={t('timeout')}
        value={timeoutMs}
        min={1}
        max={3_600_000}
        unit="ms"
        placeholder={t('timeoutNone')}
        onChange={onTimeout}
      />
      <NumberField
        label={t('attempts')}
        value={retries?.attempts ?? null}
        min={0}
        max={25}
        placeholder={t('retriesDefault')}
        unit=""
        onChange={(attempts) =>
          onRetries(attempts === null ? null : { perTryTimeoutMs: null, retryOn: null, codes: null, ...retries, attempts })
        }
      />
      {retries !== null && retries.attempts > 0 && (
        <>
          <NumberField
            label={t('perTry')}
            value={retries.perTryTimeoutMs}
            min={1}
            max={3_600_000}
            unit="ms"
            placeholder={t('timeoutNone')}
            onChange={(perTryTimeoutMs) => onRetries({ ...retries, perTryTimeoutMs })}
          />
          {byCode ? (
            <TextField
              label={t('retryCodes')}
              mono
              value={(retries.codes ?? []).join(', ')}
              placeholder="500, 503"
              onChange={(text) => onRetries({ ...retries, codes: (text.match(/\d{1,3}/g) ?? []).map(Number) })}
            />
          ) : (
            <TextField
              label={t('retryOn')}
              mono
              value={retries.retryOn ?? ''}
              placeholder={t('meshDefault')}
              onChange={(retryOn) => onRetries({ ...retries, retryOn: retryOn === '' ? null : retryOn })}
            />
          )}
        </>
      )}
    </section>
  );
}
