import { GATEWAY_CONTROLLER } from '@/lib/pilot';

type Json = unknown;
type JsonObject = Record<string, Json>;

/**
 * The status to write: the desired one, with `lastTransitionTime` on each condition (kept while the condition's status stays) and with what
 * other controllers said about the same route (`parents` of another controllerName).
 */
export function completeStatus(desired: JsonObject, existing: JsonObject, now: string): JsonObject {
  const stamped = stampObject(desired, existing, now);
  const parents = stamped['parents'];
  if (!Array.isArray(parents)) return stamped;
  const others = listOf(existing['parents']).filter((parent) => isObject(parent) && parent['controllerName'] !== GATEWAY_CONTROLLER);
  return { ...stamped, parents: [...parents, ...others] };
}

/** Whether writing would change nothing: every field of the desired status is there already. */
export function sameStatus(desired: JsonObject, existing: JsonObject): boolean {
  return Object.entries(desired).every(([key, value]) => canonical(value) === canonical(existing[key]));
}

function stampObject(desired: JsonObject, existing: JsonObject, now: string): JsonObject {
  return Object.fromEntries(Object.entries(desired).map(([key, value]) => [key, stamp(key, value, existing[key], now)]));
}

function stamp(key: string, desired: Json, existing: Json, now: string): Json {
  if (Array.isArray(desired)) {
    const before = listOf(existing);
    if (key === 'conditions') return desired.map((condition: Json) => stampCondition(condition, before, now));
    return desired.map((item: Json) => (isObject(item) ? stampObject(item, counterpart(item, before), now) : item));
  }
  return isObject(desired) ? stampObject(desired, isObject(existing) ? existing : {}, now) : desired;
}

function stampCondition(condition: Json, before: readonly Json[], now: string): Json {
  if (!isObject(condition)) return condition;
  const previous = before.find((other) => isObject(other) && other['type'] === condition['type']);
  const kept = isObject(previous) && previous['status'] === condition['status'] ? previous['lastTransitionTime'] : undefined;
  return { ...condition, lastTransitionTime: kept ?? now };
}

/** The entry of a list that says the same thing's status: a listener by name, a parent by its reference. */
function counterpart(item: JsonObject, before: readonly Json[]): JsonObject {
  const identity = (entry: JsonObject) => canonical(entry['name'] ?? [entry['parentRef'], entry['controllerName']]);
  const wanted = identity(item);
  return before.filter(isObject).find((entry) => identity(entry) === wanted) ?? {};
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(value: Json): readonly Json[] {
  return Array.isArray(value) ? (value as Json[]) : [];
}

/** JSON with sorted keys: two equal values give the same text. */
function canonical(value: Json): string {
  return (
    JSON.stringify(value, (_key, inner: Json) =>
      isObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([left], [right]) => (left < right ? -1 : 1))) : inner,
    ) ?? ''
  );
}
