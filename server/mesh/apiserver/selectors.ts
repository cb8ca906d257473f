import { badRequest } from './status-errors';
import type { StoredObject } from './storage/stored-object';

export type Selector = (object: StoredObject) => boolean;

interface Requirement {
  key: string;
  operator: '=' | '!=' | 'in' | 'notin' | 'exists' | '!exists' | 'gt' | 'lt';
  values: string[];
}

/**
 * Kubernetes' label selector syntax: `a=b,c!=d,e in (f,g),h notin (i),j,!k,l>3`.
 * @throws HeddleError `bad_request` naming the part that is wrong.
 */
export function parseLabelSelector(text: string): Selector {
  const requirements = splitOutsideParentheses(text).map(parseRequirement);
  return (object) => {
    const labels = object.metadata.labels ?? {};
    return requirements.every((requirement) => tests[requirement.operator](requirement.values, labels[requirement.key]));
  };
}

function splitOutsideParentheses(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '(') depth += 1;
    else if (text[i] === ')') depth -= 1;
    else if (text[i] === ',' && depth === 0) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(text.slice(start));
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

function parseRequirement(text: string): Requirement {
  const set = /^(\S+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(text);
  if (set?.[1] !== undefined) {
    return { key: set[1], operator: set[2] as 'in' | 'notin', values: (set[3] ?? '').split(',').map((value) => value.trim()) };
  }
  const equality = /^([^\s=!<>()]+)\s*(==|!=|=|>|<)\s*([^\s=!<>()]*)$/.exec(text);
  if (equality?.[1] !== undefined) {
    const operator = ({ '==': '=', '=': '=', '!=': '!=', '>': 'gt', '<': 'lt' } as const)[equality[2] ?? '='] ?? '=';
    return { key: equality[1], operator, values: [equality[3] ?? ''] };
  }
  const exists = /^(!?)\s*([^\s=!<>()]+)$/.exec(text);
  if (exists?.[2] !== undefined) return { key: exists[2], operator: exists[1] === '!' ? '!exists' : 'exists', values: [] };
  throw badRequest(`unable to parse requirement: "${text}" is not a label selector`);
}

const tests: Record<Requirement['operator'], (values: readonly string[], value: string | undefined) => boolean> = {
  '=': (values, value) => value !== undefined && values.includes(value),
  in: (values, value) => value !== undefined && values.includes(value),
  '!=': (values, value) => value === undefined || !values.includes(value),
  notin: (values, value) => value === undefined || !values.includes(value),
  exists: (_values, value) => value !== undefined,
  '!exists': (_values, value) => value === undefined,
  gt: (values, value) => value !== undefined && Number(value) > Number(values[0]),
  lt: (values, value) => value !== undefined && Number(value) < Number(values[0]),
};

/**
 * Field selectors: `metadata.name=x,status.phase!=Running`. Any scalar field of the object may be asked for.
 * @throws HeddleError `bad_request` when it is not one.
 */
export function parseFieldSelector(text: string): Selector {
  const requirements = text
    .split(',')
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const match = /^([^=!]+?)(==|!=|=)(.*)$/.exec(part.trim());
      if (match?.[1] === undefined) throw badRequest(`invalid field selector: "${part}"`);
      return { path: match[1].split('.'), equal: match[2] !== '!=', value: match[3] ?? '' };
    });
  return (object) =>
    requirements.every(({ path, equal, value }) => {
      let at: unknown = object;
      for (const name of path) at = typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[name] : undefined;
      const text = typeof at === 'string' || typeof at === 'number' || typeof at === 'boolean' ? String(at) : '';
      return (text === value) === equal;
    });
}

/** Both selectors of a request; `undefined` when there is none. */
export function selectorOf(labels: string | null, fields: string | null): Selector | undefined {
  const parts: Selector[] = [];
  if (labels !== null && labels.trim() !== '') parts.push(parseLabelSelector(labels));
  if (fields !== null && fields.trim() !== '') parts.push(parseFieldSelector(fields));
  return parts.length === 0 ? undefined : (object) => parts.every((part) => part(object));
}
