import type { MetadataMatcher, StructValue, ValueMatcher } from '@/lib/xds';
import type { StringTest } from './match-string';
import { compileStringMatcher, describeStringTest, testString } from './match-string';

/** A compiled envoy.type.matcher.v3.MetadataMatcher. */
export interface MetadataTest {
  readonly filter: string;
  readonly path: readonly string[];
  readonly value: ValueTest;
  readonly invert: boolean;
}

/** A compiled envoy.type.matcher.v3.ValueMatcher. */
type ValueTest =
  | { readonly kind: 'null' | 'never' }
  | { readonly kind: 'present'; readonly present: boolean }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'string'; readonly string: StringTest }
  | { readonly kind: 'number'; readonly start: number; readonly end: number; readonly exact: number | null }
  | { readonly kind: 'oneOfList'; readonly element: ValueTest }
  | { readonly kind: 'or'; readonly tests: readonly ValueTest[] };

export function compileMetadataMatcher(matcher: MetadataMatcher): MetadataTest {
  return {
    filter: matcher.filter,
    path: matcher.path.map((segment) => segment.key ?? ''),
    value: compileValueMatcher(matcher.value),
    invert: matcher.invert ?? false,
  };
}

function compileValueMatcher(matcher: ValueMatcher): ValueTest {
  if (matcher.string_match !== undefined) return { kind: 'string', string: compileStringMatcher(matcher.string_match) };
  if (matcher.present_match !== undefined) return { kind: 'present', present: matcher.present_match };
  if (matcher.bool_match !== undefined) return { kind: 'bool', value: matcher.bool_match };
  if (matcher.null_match !== undefined) return { kind: 'null' };
  if (matcher.double_match !== undefined) {
    const { range, exact } = matcher.double_match;
    return { kind: 'number', start: range?.start ?? 0, end: range?.end ?? 0, exact: exact ?? null };
  }
  if (matcher.list_match?.one_of !== undefined) return { kind: 'oneOfList', element: compileValueMatcher(matcher.list_match.one_of) };
  if (matcher.or_match !== undefined) return { kind: 'or', tests: matcher.or_match.value_matchers.map(compileValueMatcher) };
  return { kind: 'never' };
}

/** Reads a value of dynamic metadata; undefined when it is not there. */
type ReadMetadata = (filter: string, path: readonly string[]) => StructValue | undefined;

export function testMetadata(test: MetadataTest, read: ReadMetadata | undefined): boolean {
  return testValue(test.value, read?.(test.filter, test.path)) !== test.invert;
}

function testValue(test: ValueTest, value: StructValue | undefined): boolean {
  switch (test.kind) {
    case 'present':
      return (value !== undefined) === test.present;
    case 'null':
      return value === null;
    case 'bool':
      return value === test.value;
    case 'string':
      return typeof value === 'string' && testString(test.string, value);
    case 'number':
      if (typeof value !== 'number') return false;
      return test.exact === null ? value >= test.start && value < test.end : value === test.exact;
    case 'oneOfList':
      return Array.isArray(value) && value.some((element) => testValue(test.element, element));
    case 'or':
      return test.tests.some((one) => testValue(one, value));
    case 'never':
      return false;
  }
}

export function describeMetadataTest(test: MetadataTest): string {
  const subject = `metadata ${test.filter} ${test.path.join('.')}`;
  const rule = test.value.kind === 'string' ? describeStringTest(test.value.string) : `fits ${test.value.kind}`;
  return test.invert ? `not: ${subject} ${rule}` : `${subject} ${rule}`;
}
