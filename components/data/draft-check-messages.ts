import type { CheckedTexts, MeshChoices } from '@/lib/validate';

/** To the worker that checks drafts. */
export type CheckRequest =
  | { type: 'load' }
  | { type: 'check'; id: number; texts: string[]; deletes: { group: string; kind: string; namespace: string; name: string }[] };

/** From it. */
export type CheckAnswer =
  | ({ type: 'checked'; id: number; tookMs: number } & CheckedTexts)
  | { type: 'mesh'; choices: MeshChoices; count: number; missing: string[] }
  | { type: 'failed'; message: string };
