/**
 * @peculiar/x509 keeps its algorithms in a container that asks for three functions of the `reflect-metadata` polyfill. This provides them,
 * when nobody else did; call it before the library is loaded.
 */
const known = new WeakMap<object, Map<unknown, unknown>>();

const own = (key: unknown, target: object): unknown => known.get(target)?.get(key);

function inherited(key: unknown, target: object): unknown {
  const value = own(key, target);
  const parent: unknown = Object.getPrototypeOf(target);
  return value === undefined && (typeof parent === 'object' || typeof parent === 'function') && parent !== null
    ? inherited(key, parent)
    : value;
}

function define(key: unknown, value: unknown, target: object): void {
  const values = known.get(target) ?? new Map<unknown, unknown>();
  known.set(target, values.set(key, value));
}

export function provideReflection(): void {
  if (!('getMetadata' in Reflect)) Object.assign(Reflect, { getMetadata: inherited, getOwnMetadata: own, defineMetadata: define });
}
