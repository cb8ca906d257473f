import { kubernetesKinds, meshKinds } from '@/lib/kinds';
import type { KindDefinition } from '@/lib/kinds';
import { coreEventOf, eventsV1Of } from './schema/convert-event';
import { objectSchema } from './schema/field-schema';
import type { FieldSchema } from './schema/field-schema';
import type { StoredObject } from './storage/stored-object';

/** A kind as this server serves it. */
export interface ServedKind {
  definition: KindDefinition;
  /** Where its objects are stored: `group/plural`. */
  collection: string;
  /** The apiVersion objects are stored under. */
  storageApiVersion: string;
  /** Verbs of the collection and its objects. */
  verbs: readonly string[];
  /** Schema of whole objects; made when first asked for. */
  schema(): FieldSchema;
  /** Only for kinds that are another view of stored objects. */
  conversion?: { toStorage(object: StoredObject): StoredObject; fromStorage(object: StoredObject): StoredObject };
}

export const allVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'] as const;

/** All kinds, by `group/plural`. */
export type KindRegistry = ReadonlyMap<string, ServedKind>;

/** The kinds of the registry (`lib/kinds`). */
export function serveKinds(kinds: readonly KindDefinition[] = [...kubernetesKinds, ...meshKinds]): KindRegistry {
  const registry = new Map<string, ServedKind>();
  for (const definition of kinds) {
    const key = `${definition.group}/${definition.plural}`;
    let schema: FieldSchema | undefined;
    registry.set(key, {
      definition,
      collection: key,
      storageApiVersion: apiVersionOf(definition.group, definition.versions[0] ?? 'v1'),
      verbs: allVerbs,
      schema: () => (schema ??= objectSchema(definition)),
    });
  }
  const events = registry.get('events.k8s.io/events');
  const coreEvents = registry.get('/events');
  if (events !== undefined && coreEvents !== undefined) {
    registry.set('events.k8s.io/events', {
      ...events,
      collection: coreEvents.collection,
      storageApiVersion: coreEvents.storageApiVersion,
      conversion: { toStorage: coreEventOf, fromStorage: eventsV1Of },
    });
  }
  return registry;
}

export function apiVersionOf(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}

/** `virtualservices.networking.istio.io`, or `pods`: how error messages name a resource. */
export function qualifiedResource(kind: KindDefinition): string {
  return kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}`;
}
