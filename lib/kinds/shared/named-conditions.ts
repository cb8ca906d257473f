import { cookiePattern, readCookiePattern } from './conditions';
import type { Condition, ConditionOperator, ConditionSubject } from './conditions';

interface Named {
  name: string;
  type?: 'Exact' | 'RegularExpression' | undefined;
  value: string;
}

/** Headers and query parameters have the same form in HTTPRoute and GRPCRoute. */
export function readNamed(subject: ConditionSubject, list: readonly Named[] | undefined): Condition[] {
  return (list ?? []).map(({ name, type, value }) => {
    const cookie =
      subject === 'header' && name.toLowerCase() === 'cookie' && type === 'RegularExpression' ? readCookiePattern(value) : null;
    if (cookie !== null) return { subject: 'cookie', ...cookie };
    return { subject, name, operator: type === 'RegularExpression' ? 'regex' : 'exact', value };
  });
}

/** The list with these conditions; entries that are meant the same stay as they are written. */
export function writeNamed(before: readonly Named[] | undefined, conditions: readonly Condition[]): Named[] | undefined {
  if (conditions.length === 0) return undefined;
  return conditions.map((one): Named => {
    const header = one.subject === 'cookie' ? { ...one, name: 'cookie', operator: 'regex' as const, value: cookiePattern(one) } : one;
    const known = (before ?? []).find((entry) => entry.name === header.name);
    const operator: ConditionOperator = known?.type === 'RegularExpression' ? 'regex' : 'exact';
    if (known !== undefined && operator === header.operator) return { ...known, value: header.value };
    return { ...(header.operator === 'regex' ? { type: 'RegularExpression' as const } : {}), name: header.name, value: header.value };
  });
}
