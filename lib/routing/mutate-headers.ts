import type { HeaderMutations, HeaderValueOption } from '@/lib/xds';

type HeaderOperation = 'remove' | 'append' | 'addIfAbsent' | 'overwrite' | 'overwriteIfExists';

/** One change to the headers of a request or response. */
export interface HeaderMutation {
  readonly operation: HeaderOperation;
  /** Lower-case. */
  readonly name: string;
  /** The literal value; empty for `remove` and when `template` is set. */
  readonly value: string;
  /** Set when the value holds command operators such as `%DOWNSTREAM_REMOTE_ADDRESS%`. */
  readonly template: readonly TemplatePart[] | null;
  /** Index of the level (weighted cluster, route, virtual host, route configuration) it comes from. */
  readonly level: number;
}

type TemplatePart = { readonly literal: string } | { readonly command: string };

/** Headers that can be changed. Names are lower-case. */
export interface MutableHeaders {
  has(name: string): boolean;
  remove(name: string): void;
  append(name: string, value: string): void;
  /** Replaces all values of the name. */
  set(name: string, value: string): void;
}

/** Value of a command operator, as `REQ(x-foo)` or `DOWNSTREAM_REMOTE_ADDRESS`; undefined when unknown or unset (prints as `-`). */
export type ResolveCommand = (command: string) => string | undefined;

/**
 * Flattens the levels of header changes into the order of execution: level after level as given; within one, removals, then overwrites,
 * then additions (which is what Envoy does, whatever the order of the list).
 */
export function compileHeaderMutations(
  levels: readonly (HeaderMutations | undefined)[],
  direction: 'request' | 'response',
): readonly HeaderMutation[] {
  return levels.flatMap((level, index) => {
    const removed = (direction === 'request' ? level?.request_headers_to_remove : level?.response_headers_to_remove) ?? [];
    const added = (direction === 'request' ? level?.request_headers_to_add : level?.response_headers_to_add) ?? [];
    const additions = added
      .filter((option) => (option.header.value ?? '') !== '' || option.keep_empty_value === true)
      .map((option) => compileAddition(option, index));
    return [
      ...removed.map((name): HeaderMutation => ({
        operation: 'remove',
        name: name.toLowerCase(),
        value: '',
        template: null,
        level: index,
      })),
      ...additions.filter((mutation) => isOverwrite(mutation)),
      ...additions.filter((mutation) => !isOverwrite(mutation)),
    ];
  });
}

function isOverwrite(mutation: HeaderMutation): boolean {
  return mutation.operation === 'overwrite' || mutation.operation === 'overwriteIfExists';
}

const operations = {
  APPEND_IF_EXISTS_OR_ADD: 'append',
  ADD_IF_ABSENT: 'addIfAbsent',
  OVERWRITE_IF_EXISTS_OR_ADD: 'overwrite',
  OVERWRITE_IF_EXISTS: 'overwriteIfExists',
} as const;

function compileAddition(option: HeaderValueOption, level: number): HeaderMutation {
  const action = option.append_action ?? 'APPEND_IF_EXISTS_OR_ADD';
  const operation = option.append === undefined ? operations[action] : option.append.value ? 'append' : 'overwrite';
  const value = option.header.value ?? '';
  const template = value.includes('%') ? parseTemplate(value) : null;
  const literal = template?.length === 1 && template[0] && 'literal' in template[0] ? template[0].literal : null;
  return {
    operation,
    name: option.header.key.toLowerCase(),
    value: literal ?? (template === null ? value : ''),
    template: literal === null ? template : null,
    level,
  };
}

/** Splits a value into text and `%COMMAND%`s; `%%` is a percent sign. */
function parseTemplate(value: string): TemplatePart[] {
  const parts: TemplatePart[] = [];
  let literal = '';
  for (let at = 0; at < value.length;) {
    const match = /^%(%|[A-Z_0-9]+(?:\([^)]*\))?(?::\d+)?%)/.exec(value.slice(at));
    if (match?.[1] === undefined) {
      literal += value.charAt(at++);
    } else if (match[1] === '%') {
      literal += '%';
      at += 2;
    } else {
      if (literal !== '') parts.push({ literal });
      literal = '';
      parts.push({ command: match[1].slice(0, -1) });
      at += match[0].length;
    }
  }
  if (literal !== '') parts.push({ literal });
  return parts;
}

/** Carries out compiled changes, in their order. */
export function applyHeaderMutations(mutations: readonly HeaderMutation[], headers: MutableHeaders, resolve: ResolveCommand): void {
  for (let at = 0; at < mutations.length; at++) {
    const mutation = mutations[at];
    if (mutation === undefined) continue;
    const { operation, name } = mutation;
    if (operation === 'remove') {
      headers.remove(name);
    } else if (operation === 'append') {
      headers.append(name, mutationValue(mutation, resolve));
    } else if (operation === 'overwrite' || (headers.has(name) ? operation === 'overwriteIfExists' : operation === 'addIfAbsent')) {
      headers.set(name, mutationValue(mutation, resolve));
    }
  }
}

function mutationValue(mutation: HeaderMutation, resolve: ResolveCommand): string {
  if (mutation.template === null) return mutation.value;
  return mutation.template.map((part) => ('literal' in part ? part.literal : (resolve(part.command) ?? '-'))).join('');
}
