import type { KubernetesResource } from '@/lib/model';
import { Validation, objectKey } from '@/lib/validate';
import type { Finding } from '@/lib/validate';
import { findingObjects } from './finding-objects';
import { splitApiVersion } from './known-kinds';
import type { Cluster } from './watch-cluster';

/** A finding with the object it is about. */
export interface KnownFinding {
  finding: Finding;
  object: KubernetesResource;
}

/** The findings of the live configuration, kept current: what changed since the last question is checked again, and nothing else. */
export interface LiveFindings {
  /** What is found now; ask again instead of keeping it. */
  read(cluster: Cluster): FoundNow;
}

interface FoundNow {
  findings(): Finding[];
  findingsOf(object: KubernetesResource): readonly Finding[];
  /** All findings with their objects; the same list as long as nothing changed. */
  known(): readonly KnownFinding[];
}

interface Known {
  cluster: Cluster;
  /** The version of the cluster's copy. */
  version: object;
  complete: boolean;
  validation: Validation;
  objects: Map<string, KubernetesResource>;
  found: readonly KnownFinding[] | null;
}

export function createLiveFindings(): LiveFindings {
  let known: Known | null = null;

  function current(cluster: Cluster): Known {
    // What may not be read, or is not read yet, is missing from our copy only.
    const complete = cluster.notices().length === 0;
    const version = cluster.context();
    if (known?.cluster === cluster && known.complete === complete) {
      if (known.version !== version) update(known, cluster, version);
      return known;
    }
    const objects = findingObjects(cluster);
    known = {
      cluster,
      version,
      complete,
      validation: new Validation(objects, { complete }),
      objects: new Map(objects.map((one) => [objectKey(one), one])),
      found: null,
    };
    return known;
  }

  return {
    read(cluster) {
      const now = current(cluster);
      return {
        findings: () => now.validation.findings(),
        findingsOf: (object) => now.validation.findingsOf(object),
        known: () =>
          (now.found ??= [...now.validation.findingsByKey()].flatMap(([key, findings]) => {
            const object = now.objects.get(key);
            return object === undefined ? [] : findings.map((finding) => ({ finding, object }));
          })),
      };
    },
  };
}

/** Takes in what changed since the last look. */
function update(known: Known, cluster: Cluster, version: object): void {
  const before = known.objects;
  const objects = findingObjects(cluster);
  const after = new Map(objects.map((one) => [objectKey(one), one]));
  const applied = objects.filter((one) => before.get(objectKey(one)) !== one);
  const deleted = [...before].flatMap(([key, { apiVersion, kind, metadata }]) =>
    after.has(key)
      ? []
      : [
          {
            group: splitApiVersion(apiVersion).group,
            kind,
            namespace: metadata.namespace ?? '',
            name: key.slice(key.indexOf('/', key.indexOf(' ')) + 1),
          },
        ],
  );
  if (applied.length + deleted.length > 0) known.validation.update({ applied, deleted });
  Object.assign(known, { objects: after, version, found: null });
}
