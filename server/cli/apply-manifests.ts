import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { HeddleError, isHeddleError } from '@/lib/errors';
import { kubernetesKinds, meshKinds } from '@/lib/kinds';
import type { KindDefinition } from '@/lib/kinds';
import { resourceOf } from '@/server/kube';
import type { KubeClient, KubeObject } from '@/server/kube';

/** Marks a namespace whose labels the demo has set once: what the user made of them since is left alone. */
const appliedAnnotation = 'heddle.dev/demo';

/** The objects of all YAML files of a folder, in the order of the files' names. */
export function readManifests(folder: string): KubeObject[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .flatMap((name) => parseAllDocuments(readFileSync(join(folder, name), 'utf8')).map((document) => document.toJS() as KubeObject | null))
    .filter((object) => object !== null);
}

function kindOf(object: KubeObject): KindDefinition {
  const slash = object.apiVersion.indexOf('/');
  const group = slash < 0 ? '' : object.apiVersion.slice(0, slash);
  const found = [...kubernetesKinds, ...meshKinds].find((kind) => kind.kind === object.kind && kind.group === group);
  if (found === undefined) throw new HeddleError('invalid_object', `The kind ${object.apiVersion} ${object.kind} is not known.`);
  return found;
}

/**
 * Creates those objects that do not exist, in order. One that exists stays as it is, whatever it says; only a namespace gets its
 * labels, once. Returns how many were created.
 */
export async function applyMissing(client: KubeClient, objects: readonly KubeObject[]): Promise<number> {
  let created = 0;
  for (const object of objects) {
    const resource = resourceOf(kindOf(object), object.apiVersion.split('/').at(-1) ?? 'v1');
    try {
      await client.create(resource, marked(object), { fieldManager: 'heddle-demo' });
      created += 1;
    } catch (error) {
      if (!isHeddleError(error) || error.code !== 'conflict') throw error;
      if (object.kind !== 'Namespace') continue;
      const present = await client.get(resource, object.metadata);
      if (present.metadata.annotations?.[appliedAnnotation] !== undefined) continue;
      const { labels, annotations } = marked(object).metadata;
      await client.patch(resource, object.metadata, { metadata: { labels, annotations } }, { fieldManager: 'heddle-demo' });
    }
  }
  return created;
}

function marked(object: KubeObject): KubeObject {
  if (object.kind !== 'Namespace') return object;
  return { ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, [appliedAnnotation]: 'applied' } } };
}
