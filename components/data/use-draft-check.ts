'use client';

import { useEffect, useRef, useState } from 'react';
import type { CheckedTexts, MeshChoices } from '@/lib/validate';
import type { CheckAnswer, CheckRequest } from './draft-check-messages';

export interface DraftCheck {
  /** Findings of the texts as they were when `of` was asked; `undefined` until the first answer. */
  checked: (CheckedTexts & { of: readonly string[] }) | undefined;
  /** What there is to choose from; `undefined` until the mesh is read. */
  choices: MeshChoices | undefined;
  /** Number of objects the draft is checked against. */
  count: number;
  /** What of the mesh could not be read. */
  missing: readonly string[];
}

const reloadMs = 20_000;
const nothing: DraftCheck = { checked: undefined, choices: undefined, count: 0, missing: [] };

/** Checks the texts of a draft against the whole mesh, in a worker: on every change, and again when the mesh has changed. Give `texts` a new identity only when they differ. */
export function useDraftCheck(texts: readonly string[], deletes: Extract<CheckRequest, { type: 'check' }>['deletes'] = []): DraftCheck {
  const [state, setState] = useState<DraftCheck>(nothing);
  const worker = useRef<Worker>(undefined);
  const asked = useRef(new Map<number, readonly string[]>());
  const next = useRef(0);

  useEffect(() => {
    const created = new Worker(new URL('./draft-check.worker.ts', import.meta.url));
    worker.current = created;
    created.addEventListener('message', ({ data }: MessageEvent<CheckAnswer>) => {
      if (data.type === 'checked') {
        const of = asked.current.get(data.id) ?? [];
        for (const id of asked.current.keys()) if (id < data.id) asked.current.delete(id);
        setState((before) => ({ ...before, checked: { texts: data.texts, others: data.others, of } }));
      } else if (data.type === 'mesh') {
        setState((before) => ({ ...before, choices: data.choices, count: data.count, missing: data.missing }));
      } else setState((before) => ({ ...before, missing: [data.message] }));
    });
    const load = (): void => created.postMessage({ type: 'load' } satisfies CheckRequest);
    load();
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') load();
    }, reloadMs);
    return () => {
      clearInterval(timer);
      worker.current = undefined;
      created.terminate();
    };
  }, []);

  useEffect(() => {
    next.current += 1;
    asked.current.set(next.current, texts);
    worker.current?.postMessage({ type: 'check', id: next.current, texts: [...texts], deletes: [...deletes] } satisfies CheckRequest);
  }, [texts, deletes]);

  return state;
}
