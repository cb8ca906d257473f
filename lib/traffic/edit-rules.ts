import { grpcRouteRules } from '@/lib/kinds/grpc-route/rule-editor';
import { httpRouteRules } from '@/lib/kinds/http-route/rule-editor';
import { conditionProblem } from '@/lib/kinds/shared/conditions';
import type { Condition } from '@/lib/kinds/shared/conditions';
import { sameJson } from '@/lib/kinds/shared/json';
import type { FacetName, JsonRule, RuleDestination, RuleEditor, RuleFacets, RuleFault, RuleRewrite } from '@/lib/kinds/shared/rule-editor';
import { virtualServiceRules } from '@/lib/kinds/virtual-service/rule-editor';
import { headerOfTwin, makeFaultTwin } from '@/lib/kinds/virtual-service/fault-twin';

/** An object that routes requests, as the API server gives it. */
export interface RouteObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string | undefined; resourceVersion?: string | undefined; [field: string]: unknown };
  spec: Record<string, unknown>;
}

/** A rule of a draft. */
export interface DraftRule {
  /** Stays with the rule while it is edited and moved. */
  key: string;
  rule: JsonRule;
  /** Position in the object the draft was begun from; `null`: added since. */
  from: number | null;
  /** The rule before it that exists only to hold its fault for requests with one header. */
  twin: { rule: JsonRule; header: { name: string; value: string } } | null;
}

/** The rules of one object, being edited. */
export interface RouteDraft {
  object: RouteObject;
  rules: readonly DraftRule[];
  /** Number of rules ever added: makes their keys. */
  added: number;
}

/** A fault of a rule; with `header` only for requests that carry exactly this value. */
export interface DraftFault extends RuleFault {
  header: { name: string; value: string } | null;
}

const editors: Readonly<Record<string, RuleEditor>> = {
  VirtualService: virtualServiceRules,
  HTTPRoute: httpRouteRules,
  GRPCRoute: grpcRouteRules,
};

/** What knows the rules of an object's kind. */
export function ruleEditorOf(object: { kind: string }): RuleEditor {
  return editors[object.kind] ?? virtualServiceRules;
}

/** The field that holds the rules. */
export function rulesField(object: { kind: string }): 'http' | 'rules' {
  return object.kind === 'VirtualService' ? 'http' : 'rules';
}

function storedRules(object: RouteObject): JsonRule[] {
  const rules = object.spec[rulesField(object)];
  return Array.isArray(rules) ? (rules as JsonRule[]) : [];
}

/** The rules of an object, to be edited. */
export function openRoute(object: RouteObject): RouteDraft {
  const stored = storedRules(object);
  const rules: DraftRule[] = [];
  const twinOf = (index: number): DraftRule['twin'] => {
    const [before, rule] = [stored[index - 1], stored[index]];
    const header = object.kind !== 'VirtualService' || before === undefined || rule === undefined ? null : headerOfTwin(before, rule);
    return header === null || before === undefined ? null : { rule: before, header };
  };
  for (const [index, rule] of stored.entries()) {
    if (twinOf(index + 1) === null) rules.push({ key: `r${index}`, rule, from: index, twin: twinOf(index) });
  }
  return { object, rules, added: 0 };
}

/** Whether a rule differs from what it was when the draft was begun. */
export function isEdited(draft: RouteDraft, one: DraftRule): boolean {
  const before = openRoute(draft.object).rules.find((other) => other.from === one.from);
  return before === undefined || one.from === null || !sameJson(before.rule, one.rule) || !sameJson(before.twin, one.twin);
}

/** Keys of the rules that were moved: those outside the longest run that is still in its old order. */
export function movedRules(draft: RouteDraft): ReadonlySet<string> {
  const old = draft.rules.flatMap(({ key, from }) => (from === null ? [] : [{ key, from }]));
  const runs: { keys: string[]; last: number }[] = [];
  for (const { key, from } of old) {
    const best = runs
      .filter((run) => run.last < from)
      .reduce<string[]>((longest, run) => (run.keys.length > longest.length ? run.keys : longest), []);
    runs.push({ keys: [...best, key], last: from });
  }
  const kept = new Set(runs.reduce<string[]>((longest, run) => (run.keys.length > longest.length ? run.keys : longest), []));
  return new Set(old.flatMap(({ key }) => (kept.has(key) ? [] : [key])));
}

/** A pattern that is not written yet finds nothing, and is refused. */
function isUnfinished(rewrite: RuleRewrite | null): boolean {
  return rewrite?.path?.mode === 'regex' && rewrite.path.match === '';
}

/** Keys of the rules with a condition that cannot be written yet. */
export function incompleteRules(draft: RouteDraft): ReadonlySet<string> {
  const editor = ruleEditorOf(draft.object);
  return new Set(
    draft.rules.flatMap((one) =>
      // What is in the cluster already was taken by the API server, whatever it looks like.
      isEdited(draft, one) &&
      (editor.read(one.rule, 'matches').some((match) => match.some((condition) => conditionProblem(condition) !== null)) ||
        isUnfinished(editor.read(one.rule, 'rewrite')))
        ? [one.key]
        : [],
    ),
  );
}

function replace(draft: RouteDraft, key: string, change: (one: DraftRule) => DraftRule): RouteDraft {
  return { ...draft, rules: draft.rules.map((one) => (one.key === key ? keepTwin(change(one)) : one)) };
}

/** The twin does what its rule does, but for its fault. */
function keepTwin(one: DraftRule): DraftRule {
  return one.twin === null
    ? one
    : { ...one, twin: { ...one.twin, rule: makeFaultTwin(one.rule, one.twin.header, one.twin.rule['fault']) } };
}

/** Sets one part of a rule. */
export function editRule<Name extends FacetName>(draft: RouteDraft, key: string, name: Name, value: RuleFacets[Name]): RouteDraft {
  const editor = ruleEditorOf(draft.object);
  return replace(draft, key, (one) =>
    sameJson(editor.read(one.rule, name), value) ? one : { ...one, rule: editor.write(one.rule, name, value) },
  );
}

/** The fault of a rule: its own, else the one that is kept beside it for one header. */
export function faultOf(draft: RouteDraft, one: DraftRule): DraftFault | null {
  const editor = ruleEditorOf(draft.object);
  const own = editor.read(one.rule, 'fault');
  if (own !== null) return { ...own, header: null };
  const twin = one.twin === null ? null : editor.read(one.twin.rule, 'fault');
  return twin === null || one.twin === null ? null : { ...twin, header: one.twin.header };
}

/** Sets the fault of a rule, for everyone or for one header. */
export function editFault(draft: RouteDraft, key: string, fault: DraftFault | null): RouteDraft {
  const editor = ruleEditorOf(draft.object);
  return replace(draft, key, (one) => {
    if (fault === null || fault.header === null) return { ...one, twin: null, rule: editor.write(one.rule, 'fault', fault) };
    const rule = editor.write(one.rule, 'fault', null);
    const written = editor.write(one.twin?.rule ?? {}, 'fault', fault);
    return { ...one, rule, twin: { header: fault.header, rule: makeFaultTwin(rule, fault.header, written['fault']) } };
  });
}

function insert(draft: RouteDraft, at: number, rule: JsonRule): RouteDraft {
  const one: DraftRule = { key: `n${draft.added}`, rule, from: null, twin: null };
  return { ...draft, added: draft.added + 1, rules: draft.rules.toSpliced(at, 0, one) };
}

/** Adds a rule that sends all its requests to one destination, without conditions yet. */
export function addRule(draft: RouteDraft, at: number, destination: RuleDestination, matches: Condition[][] = []): RouteDraft {
  const editor = ruleEditorOf(draft.object);
  const rule = editor.write({}, 'destinations', [{ ...destination, from: null, weight: 100 }]);
  return insert(draft, at, matches.length === 0 ? rule : editor.write(rule, 'matches', matches));
}

/**
 * Adds, before all others, a rule for requests that also fulfil a condition, all of which go to one destination; it is else like the
 * rule they would have met. No fault and no mirror comes along.
 */
export function addCohort(draft: RouteDraft, like: string, conditions: readonly Condition[], destination: RuleDestination): RouteDraft {
  const editor = ruleEditorOf(draft.object);
  const model = draft.rules.find((one) => one.key === like);
  if (model === undefined) return draft;
  const matches = editor.read(model.rule, 'matches');
  const { name: _name, ...copy } = model.rule;
  let rule: JsonRule = copy;
  rule = editor.write(
    rule,
    'matches',
    (matches.length === 0 ? [[]] : matches).map((match) => [...match, ...conditions]),
  );
  rule = editor.write(rule, 'destinations', [{ ...destination, weight: 100 }]);
  rule = editor.write(rule, 'fault', null);
  rule = editor.write(rule, 'mirrors', []);
  return insert(draft, 0, rule);
}

/** Puts a copy below a rule. Names are told apart, so the copy has none. */
export function duplicateRule(draft: RouteDraft, key: string): RouteDraft {
  const at = draft.rules.findIndex((one) => one.key === key);
  const model = draft.rules[at];
  if (model === undefined) return draft;
  const { name: _name, ...copy } = model.rule;
  return insert(draft, at + 1, copy);
}

export function removeRule(draft: RouteDraft, key: string): RouteDraft {
  return { ...draft, rules: draft.rules.filter((one) => one.key !== key) };
}

/** Moves a rule to a position among the others (0: first). */
export function moveRule(draft: RouteDraft, key: string, to: number): RouteDraft {
  const at = draft.rules.findIndex((one) => one.key === key);
  const moved = draft.rules[at];
  if (moved === undefined) return draft;
  const position = Math.max(0, Math.min(draft.rules.length - 1, to));
  return { ...draft, rules: draft.rules.toSpliced(at, 1).toSpliced(position, 0, moved) };
}
