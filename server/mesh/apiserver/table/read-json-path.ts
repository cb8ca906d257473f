import { isObject } from '../schema/conform';

/**
 * Reads a printer column's path: `.spec.hosts`, `.spec.ports[0].name`, `.status.conditions[?(@.type=="Accepted")].status`,
 * `.metadata.labels['a.b/c']`. A filter's matches are joined by commas, as kubectl prints them; `undefined` when nothing is there.
 */
export function readJsonPath(object: unknown, path: string): unknown {
  const steps = path.match(/\.[^.[\]]+|\[\?\(@\.[^=]+==\s*["'][^"']*["']\)\]|\[\d+\]|\[\*\]|\['[^']*'\]/g) ?? [];
  let found: unknown[] = [object];
  let many = false;
  for (const step of steps) {
    const filter = /^\[\?\(@\.([^=\s]+)\s*==\s*["']([^"']*)["']\)\]$/.exec(step);
    if (filter?.[1] !== undefined) {
      const [, name, wanted] = filter;
      found = found.flatMap((value) =>
        Array.isArray(value) ? value.filter((item: unknown) => isObject(item) && String(item[name]) === wanted) : [],
      );
      many = true;
    } else if (step === '[*]') {
      found = found.flatMap((value) => (Array.isArray(value) ? (value as unknown[]) : []));
      many = true;
    } else if (/^\[\d+\]$/.test(step)) {
      const index = Number(step.slice(1, -1));
      found = found.flatMap((value) => (Array.isArray(value) && index < value.length ? [value[index] as unknown] : []));
    } else {
      const name = step.startsWith('[') ? step.slice(2, -2) : step.slice(1);
      found = found.flatMap((value) => (isObject(value) && value[name] !== undefined ? [value[name]] : []));
    }
  }
  if (found.length === 0) return undefined;
  return many ? found.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join(',') : found[0];
}
