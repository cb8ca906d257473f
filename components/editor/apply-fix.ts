import type { PatchStep } from '@/lib/validate';
import { readYaml, removeYaml, setYaml } from '@/lib/yaml';

function childOf(value: unknown, part: string | number): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[part] : undefined;
}

/** The path of a JSON pointer in a value: digits are a position where the value has a list. */
function pathOf(pointer: string, root: unknown): (string | number)[] {
  const path: (string | number)[] = [];
  let at = root;
  for (const raw of pointer.split('/').slice(1)) {
    const name = raw.replaceAll('~1', '/').replaceAll('~0', '~');
    const part = Array.isArray(at) ? (name === '-' ? at.length : Number(name)) : name;
    path.push(part);
    at = childOf(at, part);
  }
  return path;
}

/** The text with the fix of a finding made; nothing else changes. */
export function applyFix(text: string, steps: readonly PatchStep[]): string {
  return steps.reduce((result, step) => {
    const source = readYaml(result);
    const root = source.value();
    const path = pathOf(step.path, root);
    if (step.op === 'remove') return removeYaml(result, path);
    if (step.op !== 'move') return setYaml(result, path, step.value);
    const from = pathOf(step.from, root);
    const key = source.placeOf(from)?.key;
    const isRename = from.length === path.length && from.slice(0, -1).every((part, index) => part === path[index]);
    if (isRename && key !== undefined) return result.slice(0, key.from) + String(path.at(-1)) + result.slice(key.to);
    const value = from.reduce<unknown>(childOf, root);
    return setYaml(removeYaml(result, from), path, value);
  }, text);
}
