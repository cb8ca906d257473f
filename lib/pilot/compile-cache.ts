import type { CompiledResource, Note } from './types';

interface Entry {
  dependencies: readonly unknown[];
  value: unknown;
  notes: readonly Note[];
  used: number;
}

interface Interned {
  compiled: CompiledResource<unknown>;
  used: number;
}

const pruneEvery = 64;
const keepGenerations = 256;

/**
 * Memory between compilations. A value is built again only when one of the things it was built from is another object, so proxies
 * of equal scope share their resources, and a change costs what it touches. Notes raised while a value is built are kept with it
 * and raised again on every reuse. Not pure inside, but invisible: results do not depend on what it holds.
 */
export class CompileCache {
  private readonly entries = new Map<string, Entry>();
  private readonly interned = new Map<string, Interned>();
  private readonly internedOf = new WeakMap<object, Interned>();
  private readonly digests = new WeakMap<object, string>();
  private frames: Note[][] = [];
  private moment: object | undefined;
  private readonly ofMoment = new Map<string, { value: unknown; notes: readonly Note[] }>();
  private generation = 0;

  /** Begins a new generation: what has not been used for long is forgotten now and then. */
  advance(): void {
    this.generation += 1;
    if (this.generation % pruneEvery !== 0) return;
    const oldest = this.generation - keepGenerations;
    for (const [key, entry] of this.entries) if (entry.used < oldest) this.entries.delete(key);
    for (const [key, entry] of this.interned) if (entry.used < oldest) this.interned.delete(key);
  }

  /** The value of `key`, built anew when a dependency is not the same object (or equal primitive) as last time. */
  memo<T>(key: string, dependencies: readonly unknown[], build: () => T): T {
    const known = this.entries.get(key);
    if (known !== undefined && sameItems(known.dependencies, dependencies)) {
      known.used = this.generation;
      this.raise(known.notes);
      return known.value as T;
    }
    const { value, notes } = this.record(build);
    this.entries.set(key, { dependencies, value, notes, used: this.generation });
    this.raise(notes);
    return value;
  }

  /**
   * The value of `key` at one moment: a mesh state never changes, so what is made of nothing but the state and what `key` names is made
   * once for all proxies. Cheaper than `memo`, whose dependencies have to be found each time.
   */
  once<T>(state: object, key: string, build: () => T): T {
    if (this.moment !== state) {
      this.moment = state;
      this.ofMoment.clear();
    }
    let known = this.ofMoment.get(key);
    if (known === undefined) {
      known = this.record(build);
      if (this.moment === state) this.ofMoment.set(key, known);
    }
    this.raise(known.notes);
    return known.value as T;
  }

  /** The same list as last time while its items are the same. */
  list<T>(key: string, items: readonly T[]): readonly T[] {
    return this.memo(key, items, () => items);
  }

  /** Runs `work` and returns what it made with every note raised on the way, each once. */
  collect<T>(work: () => T): { value: T; notes: Note[] } {
    const outer = this.frames;
    const notes: Note[] = [];
    this.frames = [notes];
    try {
      return { value: work(), notes: uniqueNotes(notes) };
    } finally {
      this.frames = outer;
    }
  }

  note(note: Note): void {
    this.frames.at(-1)?.push(note);
  }

  /**
   * The resource with its version; equal content gives the same object. `parts` names a field that is a list of objects which are
   * mostly the same as last time: they are read once and remembered, so that a long list costs what changed in it.
   */
  intern<T extends object>(type: string, name: string, resource: T, parts?: keyof T & string): CompiledResource<T> {
    const known = this.internedOf.get(resource);
    if (known !== undefined) {
      known.used = this.generation;
      return known.compiled as CompiledResource<T>;
    }
    const version = hashText(parts === undefined ? JSON.stringify(resource) : this.digest(resource, parts));
    const key = `${type}|${name}|${version}`;
    let entry = this.interned.get(key);
    if (entry === undefined) {
      entry = { compiled: { name, version, resource }, used: this.generation };
      this.interned.set(key, entry);
    }
    entry.used = this.generation;
    this.internedOf.set(resource, entry);
    return entry.compiled as CompiledResource<T>;
  }

  private digest<T extends object>(resource: T, parts: keyof T & string): string {
    const list = resource[parts];
    if (!Array.isArray(list)) return JSON.stringify(resource);
    const digests = list.map((item: object) => {
      let digest = this.digests.get(item);
      if (digest === undefined) {
        digest = hashText(JSON.stringify(item));
        this.digests.set(item, digest);
      }
      return digest;
    });
    return JSON.stringify({ ...resource, [parts]: digests });
  }

  private record<T>(build: () => T): { value: T; notes: readonly Note[] } {
    const notes: Note[] = [];
    this.frames.push(notes);
    try {
      return { value: build(), notes };
    } finally {
      this.frames.pop();
    }
  }

  private raise(notes: readonly Note[]): void {
    if (notes.length > 0) this.frames.at(-1)?.push(...notes);
  }
}

function sameItems(left: readonly unknown[], right: readonly unknown[]): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index += 1) if (left[index] !== right[index]) return false;
  return true;
}

function uniqueNotes(notes: readonly Note[]): Note[] {
  const seen = new Map<string, Note>();
  for (const note of notes) {
    seen.set(`${note.code}|${note.object.kind}|${note.object.namespace}|${note.object.name}|${note.path}|${note.message}`, note);
  }
  return [...seen.values()];
}

/** 106 bits of a text: two runs of cyrb53 with different seeds, in hexadecimal. */
export function hashText(text: string): string {
  return hash53(text, 0).toString(16).padStart(14, '0') + hash53(text, 0x9e3779b9).toString(16).padStart(14, '0');
}

function hash53(text: string, seed: number): number {
  let high = 0xdeadbeef ^ seed;
  let low = 0x41c6ce57 ^ seed;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    high = Math.imul(high ^ unit, 2654435761);
    low = Math.imul(low ^ unit, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return 4294967296 * (2097151 & low) + (high >>> 0);
}
