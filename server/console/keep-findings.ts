import type { KubernetesResource } from '@/lib/model';
import { Validation } from '@/lib/validate';
import type { Finding } from '@/lib/validate';
import { liveObjects } from './compare-behaviour';
import { splitApiVersion } from './known-kinds';
import type { Cluster } from './watch-cluster';

/** A finding with the object it is about. */
export interface KnownFinding {
  finding: Finding;
  object: KubernetesResource;
}

/** Findings about what a cluster holds, kept current: only what changed, and whom that concerns, is checked again. */
export function keepFindings(cluster: Cluster): () => readonly KnownFinding[] {
  let validation: Validation | null = null;
  let known = new Map<string, KubernetesResource>();
  let findings: readonly KnownFinding[] = [];
  let stale = true;
  cluster.informer.onChange(() => {
    stale = true;
  });
  return () => {
    if (!stale) return findings;
    stale = false;
    const now = new Map(liveObjects(cluster).map((object) => [keyOf(object), object]));
    const complete = cluster.notices().length === 0;
    if (validation === null || !complete) validation = new Validation([...now.values()], { complete });
    else
      validation.update({
        applied: [...now].filter(([key, object]) => known.get(key) !== object).map(([, object]) => object),
        deleted: [...known].flatMap(([key, { apiVersion, kind, metadata }]) =>
          now.has(key)
            ? []
            : [{ group: splitApiVersion(apiVersion).group, kind, namespace: metadata.namespace ?? '', name: metadata.name }],
        ),
      });
    // Where not all could be read, what seems missing may be there: the next look begins anew.
    if (!complete) stale = true;
    known = now;
    const byName = new Map([...now.values()].map((object) => [nameOf(object.kind, object.metadata), object]));
    findings = validation.findings().flatMap((finding) => {
      const object = byName.get(nameOf(finding.kind, finding));
      return object === undefined ? [] : [{ finding, object }];
    });
    return findings;
  };
}

function nameOf(kind: string, { namespace = '', name }: { namespace?: string | undefined; name: string }): string {
  return `${kind} ${namespace}/${name}`;
}

function keyOf({ apiVersion, kind, metadata }: KubernetesResource): string {
  return `${apiVersion} ${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
}
