import type { KubernetesResource } from '@/lib/model';
import { Validation, objectKey } from '@/lib/validate';
import type { Finding } from '@/lib/validate';
import { liveObjects } from './compare-behaviour';
import { splitApiVersion } from './known-kinds';
import type { Cluster } from './watch-cluster';

/** The findings of the live configuration, kept current: what changed since the last question is checked again, and nothing else. */
export interface LiveFindings {
  /** What is found now; ask again instead of keeping it. */
  read(cluster: Cluster): FoundNow;
}

interface FoundNow {
  findings(): Finding[];
  findingsOf(object: KubernetesResource): readonly Finding[];
}

interface Known {
  cluster: Cluster;
  complete: boolean;
  validation: Validation;
  objects: Map<string, KubernetesResource>;
}

export function createLiveFindings(): LiveFindings {
  let known: Known | null = null;

  function current(cluster: Cluster): Validation {
    // What may not be read, or is not read yet, is missing from our copy only.
    const complete = cluster.notices().length === 0;
    const objects = liveObjects(cluster);
    if (known === null || known.cluster !== cluster || known.complete !== complete) {
      known = {
        cluster,
        complete,
        validation: new Validation(objects, { complete }),
        objects: new Map(objects.map((one) => [objectKey(one), one])),
      };
      return known.validation;
    }
    const before = known.objects;
    const after = new Map(objects.map((one) => [objectKey(one), one]));
    const applied = objects.filter((one) => before.get(objectKey(one)) !== one);
    const deleted = [...before].flatMap(([key, { apiVersion, kind, metadata }]) =>
      after.has(key) ? [] : [{ group: splitApiVersion(apiVersion).group, kind, namespace: metadata.namespace ?? '', name: metadata.name }],
    );
    if (applied.length + deleted.length > 0) known.validation.update({ applied, deleted });
    known.objects = after;
    return known.validation;
  }

  return { read: current };
}
