/**
 * @peculiar/x509 registers its algorithms in a container that wants the metadata functions of the `reflect-metadata` polyfill. This is the
 * part of them that it calls; it must be imported before the library, and leaves a real polyfill alone.
 */
type Metadata = Map<unknown, unknown>;

const stored = new WeakMap<object, Metadata>();

function ownMetadata(key: unknown, target: object): unknown {
  return stored.get(target)?.get(key);
}

function metadata(key: unknown, target: object): unknown {
  for (let holder: object | null = target; holder !== null; holder = Object.getPrototypeOf(holder) as object | null) {
    const value = ownMetadata(key, holder);
    if (value !== undefined) return value;
  }
  return undefined;
}

function defineMetadata(key: unknown, value: unknown, target: object): void {
  const known = stored.get(target) ?? new Map<unknown, unknown>();
  known.set(key, value);
  stored.set(target, known);
}

if (!('getMetadata' in Reflect)) Object.assign(Reflect, { getOwnMetadata: ownMetadata, getMetadata: metadata, defineMetadata });
