'use client';

import { Zap } from 'lucide-react';
import Link from 'next/link';
import { type ReactNode, useSyncExternalStore } from 'react';
import { useTranslations } from 'use-intl';
import { needsOfRefs, useDenial } from '@/components/data/use-denial';
import { useFaults, useStopFaults } from '@/components/data/use-faults';
import { objectPath } from './object-path';
import { useScope } from './scope';

function everySecond(listener: () => void): () => void {
  const timer = setInterval(listener, 1_000);
  return () => clearInterval(timer);
}

/** Counts down by itself, so that the bar around it is drawn once. */
function TimeLeft({ until }: { until: string }): ReactNode {
  const t = useTranslations('shell');
  const seconds = useSyncExternalStore(
    everySecond,
    () => Math.floor(Date.now() / 1_000),
    () => Math.floor(Date.parse(until) / 1_000),
  );
  const left = timeLeft(until, seconds * 1_000);
  return left === null ? t('faultEnding') : t('faultEnds', { left });
}

/** `14:05` until a moment; `null` when it has passed. */
function timeLeft(until: string, nowMs: number): string | null {
  const seconds = Math.ceil((Date.parse(until) - nowMs) / 1000);
  if (seconds <= 0) return null;
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  const two = (value: number): string => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** While a fault set here is live, every page says so, until when, and how to end it at once. */
export function FaultBar(): ReactNode {
  const t = useTranslations('shell');
  const scope = useScope();
  const faults = useFaults();
  const stop = useStopFaults();
  const own = faults.data?.faults.filter((one) => one.own) ?? [];
  const [first] = own;
  const denial = useDenial(needsOfRefs(own.map((one) => one.ref)));
  if (first === undefined) return null;
  const failed = stop.isError ? stop.error.message : stop.data?.failed[0]?.message;
  return (
    <div
      role="status"
      data-testid="fault-bar"
      className="flex min-h-9 shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-b border-degraded bg-degraded-soft px-4 py-1 text-sm text-degraded-text"
    >
      <Zap size={14} aria-hidden="true" className="shrink-0" />
      <Link href={scope.href(objectPath(first.ref))} className="min-w-0 truncate font-[550] hover:underline">
        {first.sentences.map((one) => one.text).join(' ')}
      </Link>
      {own.length > 1 && <span>{t('faultsMore', { count: own.length - 1 })}</span>}
      <span className="num" aria-live="off">
        {first.expiresAt !== null && <TimeLeft until={first.expiresAt} />}
      </span>
      {failed !== undefined && <span className="text-failing-text">{failed}</span>}
      <button
        type="button"
        disabled={stop.isPending}
        aria-disabled={denial !== undefined}
        title={denial}
        onClick={() => {
          if (denial === undefined) stop.mutate({});
        }}
        className="ml-auto h-7 rounded-md border border-degraded px-2.5 font-[550] hover:bg-hover disabled:opacity-50 aria-disabled:cursor-not-allowed aria-disabled:opacity-50"
      >
        {own.length > 1 ? t('faultStopAll') : t('faultStop')}
      </button>
    </div>
  );
}
