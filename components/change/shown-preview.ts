'use client';

import { useEffect, useSyncExternalStore } from 'react';
import type { BehaviourChange } from '@/lib/contract';

type Shown = readonly BehaviourChange[] | null;

let shown: Shown = null;
const listeners = new Set<() => void>();

function put(next: Shown): void {
  if (shown === next) return;
  shown = next;
  for (const listen of listeners) listen();
}

function subscribe(listen: () => void): () => void {
  listeners.add(listen);
  return () => listeners.delete(listen);
}

/** Tells the rest of the page what the preview on it says; `null`: there is none. One preview is on a page at a time. */
export function useShowPreview(changes: Shown): void {
  useEffect(() => {
    put(changes);
    return () => put(null);
  }, [changes]);
}

/** What the preview on this page says of requests, for a picture of the mesh beside it. */
export function useShownPreview(): Shown {
  return useSyncExternalStore(
    subscribe,
    () => shown,
    () => null,
  );
}
