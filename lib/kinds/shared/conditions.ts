/**
 * Conditions on requests in one form, whatever the kind of the route: what match builders show and edit.
 * Each kind's folder reads its own matches into this form and writes them back.
 */

/** What of a request is looked at. `header`, `withoutHeader`, `cookie`, `query` and `callerLabel` need a name. */
export const conditionSubjects = [
  'uri',
  'method',
  'header',
  'withoutHeader',
  'cookie',
  'query',
  'authority',
  'scheme',
  'port',
  'callerNamespace',
  'callerLabel',
  'gateway',
  'grpcService',
  'grpcMethod',
] as const;
export type ConditionSubject = (typeof conditionSubjects)[number];

/** `present`: there at all, whatever its value. */
export type ConditionOperator = 'exact' | 'prefix' | 'regex' | 'present';

export interface Condition {
  subject: ConditionSubject;
  /** Of the header, cookie, query parameter or label; empty for the other subjects. */
  name: string;
  operator: ConditionOperator;
  value: string;
}

/** The subjects a kind of route can match, each with the operators it has for them. */
export type ConditionRules = Readonly<Partial<Record<ConditionSubject, readonly ConditionOperator[]>>>;

const named: ReadonlySet<ConditionSubject> = new Set(['header', 'withoutHeader', 'cookie', 'query', 'callerLabel']);

/** Whether a subject is one of many by name. */
export function isNamed(subject: ConditionSubject): boolean {
  return named.has(subject);
}

/** Why a condition cannot be written yet; `null` when it can. A code for `traffic.condition.…` of the catalogue. */
export function conditionProblem({
  subject,
  name,
  operator,
  value,
}: Condition): 'needsName' | 'needsValue' | 'needsSlash' | 'needsPort' | null {
  if (isNamed(subject) && name.trim() === '') return 'needsName';
  if (operator === 'present') return null;
  // An empty exact value of a header is a condition; an empty prefix or pattern is none.
  if (value === '' && !(operator === 'exact' && isNamed(subject))) return 'needsValue';
  if (subject === 'uri' && operator !== 'regex' && !value.startsWith('/')) return 'needsSlash';
  if (subject === 'port' && !/^\d{1,5}$/.test(value)) return 'needsPort';
  return null;
}

/** The pattern for the header `cookie` that finds one cookie among the others. */
export function cookiePattern({ name, operator, value }: Pick<Condition, 'name' | 'operator' | 'value'>): string {
  const inner =
    operator === 'exact'
      ? escapeRegex(value)
      : operator === 'prefix'
        ? `${escapeRegex(value)}[^;]*`
        : operator === 'present'
          ? '[^;]*'
          : value;
  return `^(.*?; ?)?(${escapeRegex(name)}=${inner})(;.*)?$`;
}

/** The cookie a pattern looks for, when it has the form `cookiePattern` gives it (or the one Istio's documentation uses). */
export function readCookiePattern(pattern: string): Pick<Condition, 'name' | 'operator' | 'value'> | null {
  const [, name, value] = /^\^\(\.\*\?;(?: \??)?\)\?\((\w[\w.\\-]*)=(.*)\)\(;\.\*\)\?\$$/.exec(pattern) ?? [];
  if (name === undefined || value === undefined) return null;
  const read = ((): Pick<Condition, 'name' | 'operator' | 'value'> => {
    const plain = unescapeRegex(name);
    if (value === '[^;]*') return { name: plain, operator: 'present', value: '' };
    const head = /^(.*)\[\^;\]\*$/.exec(value)?.[1];
    if (head !== undefined && isLiteral(head)) return { name: plain, operator: 'prefix', value: unescapeRegex(head) };
    return isLiteral(value) ? { name: plain, operator: 'exact', value: unescapeRegex(value) } : { name: plain, operator: 'regex', value };
  })();
  return read;
}

function escapeRegex(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, (one) => `\\${one}`);
}

function unescapeRegex(pattern: string): string {
  return pattern.replaceAll(/\\(.)/g, '$1');
}

function isLiteral(pattern: string): boolean {
  return !/[\^$.*+?()[\]{}|]/.test(pattern.replaceAll(/\\./g, ''));
}
