'use client';

import clsx from 'clsx';
import { CircleAlert, TriangleAlert } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { Button } from './button';

/** True once `delayMs` have passed: a skeleton that flashes for 50 ms is worse than none. */
export function useDelayed(delayMs: number): boolean {
  const [due, setDue] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setDue(true), delayMs);
    return () => clearTimeout(timer);
  }, [delayMs]);
  return due;
}

/** A grey bar in the place of content that is on its way; shown only after 150 ms. */
export function Skeleton({ className }: { className?: string }): ReactNode {
  const due = useDelayed(150);
  return <div aria-hidden="true" className={clsx('rounded-sm', due && 'animate-pulse bg-inset', className)} />;
}

/** Rows in the shape of a table that is loading. `label` is what a screen reader hears. */
export function SkeletonRows({ rows, label }: { rows: number; label: string }): ReactNode {
  return (
    <div role="status" aria-label={label} className="flex flex-col gap-2 p-3">
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} className="h-5" />
      ))}
    </div>
  );
}

/** Nothing to show: one sentence why, one action. */
export function EmptyState({ title, action, icon }: { title: ReactNode; action?: ReactNode; icon?: ReactNode }): ReactNode {
  return (
    <div className="flex flex-col items-center justify-center gap-3 px-6 py-12 text-center text-muted">
      {icon}
      <p className="max-w-md text-balance">{title}</p>
      {action}
    </div>
  );
}

export interface ErrorStateProps {
  code: string;
  message: string;
  hint?: string | undefined;
  retryLabel: string;
  onRetry?: (() => void) | undefined;
}

/** What failed, why, what to do, and a way to try again. */
export function ErrorState({ code, message, hint, retryLabel, onRetry }: ErrorStateProps): ReactNode {
  return (
    <div role="alert" className="m-4 flex items-start gap-3 rounded-md border border-failing bg-failing-soft px-4 py-3">
      <CircleAlert size={16} className="mt-0.5 shrink-0 text-failing-text" aria-hidden="true" />
      <div className="min-w-0 flex-1">
        <p className="font-[550] break-words text-text">{message}</p>
        {hint !== undefined && <p className="text-muted">{hint}</p>}
        <p className="mt-1 font-mono text-xs text-muted">{code}</p>
      </div>
      {onRetry && (
        <Button size="sm" onClick={onRetry}>
          {retryLabel}
        </Button>
      )}
    </div>
  );
}

export interface NoticeItem {
  source: string;
  code: string;
  message: string;
}

/** One sentence per message: a source that is away fails every part that is asked of it. */
function gather(notices: readonly NoticeItem[]): { message: string; sources: string[] }[] {
  const byMessage = new Map<string, string[]>();
  for (const { message, source } of notices) {
    const sources = byMessage.get(message) ?? [];
    if (!sources.includes(source)) sources.push(source);
    byMessage.set(message, sources);
  }
  return [...byMessage].map(([message, sources]) => ({ message, sources }));
}

/** Of `prometheus/rps`, `prometheus/p95Ms` … the first part, and how many they are. */
function nameOf(sources: readonly string[]): string {
  const [first = '', ...others] = sources;
  if (others.length === 0) return first;
  const [whole = first] = first.split('/');
  return sources.every((source) => source === whole || source.startsWith(`${whole}/`)) ? `${whole} ×${sources.length}` : sources.join(', ');
}

/** The amber strip of a partial result: which source is missing and what that leaves out. The rest of the page stands. */
export function NoticeStrip({ notices, className }: { notices: readonly NoticeItem[]; className?: string }): ReactNode {
  if (notices.length === 0) return null;
  return (
    <div
      role="status"
      className={clsx('flex flex-col gap-0.5 border-b border-degraded bg-degraded-soft px-4 py-1.5 text-sm text-degraded-text', className)}
    >
      {gather(notices).map(({ message, sources }) => (
        <p key={message} className="flex items-start gap-2">
          <TriangleAlert size={13} className="mt-0.5 shrink-0" aria-hidden="true" />
          <span>
            <strong title={sources.join(', ')}>{nameOf(sources)}</strong> {message}
          </span>
        </p>
      ))}
    </div>
  );
}
