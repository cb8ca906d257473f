/** Equality of JSON values, whatever the order of keys. */
export function sameJson(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every((key) => sameJson(Reflect.get(left, key), Reflect.get(right, key)));
}

/** The object with a field set in its place, or without it when the value is `undefined`. */
export function withField<Value extends object, Key extends keyof Value>(object: Value, key: Key, value: Value[Key] | undefined): Value {
  if (value !== undefined) return { ...object, [key]: value };
  const { [key]: _gone, ...rest } = object;
  return rest as Value;
}
