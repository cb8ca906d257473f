import type { AnyObject, Deletion } from '@/lib/contract';

/** A draft that another page is to look at. */
export interface KeptDraft {
  objects: AnyObject[];
  deletes: Deletion[];
}

const prefix = 'heddle.draft.';
const keptForMs = 24 * 3_600_000;

/** Keeps a draft for a page that is opened next, and returns the name it is found by. Old ones go. */
export function keepDraft(draft: KeptDraft): string {
  const now = Date.now();
  for (const key of Object.keys(localStorage))
    if (key.startsWith(prefix) && now - Number.parseInt(key.slice(prefix.length), 36) > keptForMs) localStorage.removeItem(key);
  const name = now.toString(36);
  localStorage.setItem(`${prefix}${name}`, JSON.stringify(draft));
  return name;
}

/** A draft kept before; `null` when it is gone. */
export function readDraft(name: string): KeptDraft | null {
  const text = localStorage.getItem(`${prefix}${name}`);
  return text === null ? null : (JSON.parse(text) as KeptDraft);
}
