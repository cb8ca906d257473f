'use client';

import { usePathname, useRouter, useSearchParams } from 'next/navigation';
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react';

/** What follows the operator from page to page, in the URL: namespaces, window, moment. */
export interface Scope {
  /** Empty: all namespaces. */
  namespaces: readonly string[];
  /** Window of the numbers, as `60s`, `5m`. */
  duration: string;
  /** A moment in the past (RFC 3339); undefined: now. */
  at: string | undefined;
  /** Whether the page refreshes itself. */
  live: boolean;
}

export const durations = ['30s', '60s', '5m', '15m', '1h', '6h'] as const;
export const refreshMs = 5_000;

const keys = ['ns', 't', 'at', 'paused'] as const;

function parse(query: URLSearchParams): Scope {
  const at = query.get('at') ?? undefined;
  return {
    namespaces: (query.get('ns') ?? '').split(',').filter((name) => name !== ''),
    duration: query.get('t') ?? '60s',
    at,
    live: at === undefined && query.get('paused') === null,
  };
}

function write(query: URLSearchParams, patch: Partial<Scope>): void {
  const put = (key: string, value: string | undefined): void => {
    if (value === undefined || value === '') query.delete(key);
    else query.set(key, value);
  };
  if ('namespaces' in patch) put('ns', patch.namespaces?.join(','));
  if ('duration' in patch) put('t', patch.duration === '60s' ? undefined : patch.duration);
  if ('at' in patch) put('at', patch.at);
  if ('live' in patch) put('paused', patch.live === false ? '1' : undefined);
}

export interface ScopeControl extends Scope {
  set: (patch: Partial<Scope>) => void;
  /** A link to another page that keeps the scope. Extra search parameters may be in `path`. */
  href: (path: string) => string;
  /** The refresh interval for queries: `false` while paused or in the past. */
  refresh: number | false;
}

/** Reads and changes the scope. */
export function useScope(): ScopeControl {
  const query = useSearchParams();
  const pathname = usePathname();
  const router = useRouter();
  const scope = useMemo(() => parse(new URLSearchParams(query)), [query]);

  const set = useCallback(
    (patch: Partial<Scope>) => {
      const next = new URLSearchParams(query);
      write(next, patch);
      router.replace(`${pathname}${next.size === 0 ? '' : `?${next}`}`, { scroll: false });
    },
    [query, pathname, router],
  );

  const href = useCallback(
    (path: string) => {
      const [base = '/', own = ''] = path.split('?');
      const next = new URLSearchParams(own);
      for (const key of keys) {
        const value = query.get(key);
        if (value !== null && !next.has(key)) next.set(key, value);
      }
      return `${base}${next.size === 0 ? '' : `?${next}`}`;
    },
    [query],
  );

  return { ...scope, set, href, refresh: scope.live ? refreshMs : false };
}

/** A value that was set and that Next has not taken over from the address bar yet. */
interface Pending {
  value: string | undefined;
  /** What the URL may still say meanwhile: what it said before, and all that was set since. */
  stale: readonly (string | undefined)[];
}

/**
 * One search parameter of a page's own (selection, tab, filter), kept in the URL so that the link restores the view. What is set shows
 * at once: Next hears of a new URL a little later, and a field that showed the old one meanwhile would lose keys that are typed fast.
 */
export function useUrlValue(key: string): [string | undefined, (value: string | undefined) => void] {
  const query = useSearchParams();
  const pathname = usePathname();
  const said = query.get(key) ?? undefined;
  const [pending, setPending] = useState<Pending>();
  const heard = useRef(said);
  useLayoutEffect(() => {
    heard.current = said;
  }, [said]);
  // Taken over, or changed by someone else: from here on the URL speaks for itself.
  if (pending !== undefined && (pending.value === said || !pending.stale.includes(said))) setPending(undefined);
  const set = useCallback(
    (value: string | undefined) => {
      const next = new URLSearchParams(window.location.search);
      // What this page was last told, and what the address bar says already.
      const before = [heard.current, next.get(key) ?? undefined];
      if (value === undefined || value === '') next.delete(key);
      else next.set(key, value);
      setPending((last) => ({
        value: value === '' ? undefined : value,
        stale: last === undefined ? before : [...last.stale, ...before],
      }));
      // The History API directly: Next keeps `useSearchParams` in step, and the server is not asked for a page that has not changed.
      window.history.replaceState(null, '', `${pathname}${next.size === 0 ? '' : `?${next}`}`);
    },
    [key, pathname],
  );
  return [pending === undefined ? said : pending.value, set];
}
