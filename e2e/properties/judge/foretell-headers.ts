import type { HeaderMutation, MutableHeaders } from '@/lib/routing';
import { applyHeaderMutations } from '@/lib/routing';

type Values = Record<string, readonly string[] | null>;

/** The headers that changes touch, as they are afterwards. A header that was there keeps its values in order. */
export function foretellHeaders(mutations: readonly HeaderMutation[], before: Readonly<Record<string, string>>): Values {
  const values = new Map(Object.entries(before).map(([name, value]) => [name, [value]]));
  const headers: MutableHeaders = {
    has: (name) => values.has(name),
    remove: (name) => void values.delete(name),
    append: (name, value) => void values.set(name, [...(values.get(name) ?? []), value]),
    set: (name, value) => void values.set(name, [value]),
  };
  applyHeaderMutations(mutations, headers, () => undefined);
  const touched = new Set(mutations.map(({ name }) => name).filter((name) => !name.startsWith(':') && name !== 'host'));
  return Object.fromEntries([...touched].map((name) => [name, values.get(name) ?? null]));
}

/** All values of a name, split where one line holds several. */
export function valuesOf(headers: readonly (readonly [name: string, value: string])[], name: string): string[] {
  return headers.filter(([key]) => key === name).flatMap(([, value]) => value.split(',').map((part) => part.trim()));
}
