import { provenanceKey } from '@/lib/xds';
import type { KubernetesResource } from '@/lib/model';
import type { Metadata, Struct } from '@/lib/xds';

/** An object, as provenance and notes name it. */
export interface SourceObject {
  kind: string;
  namespace: string;
  name: string;
  resourceVersion: string;
}

export function sourceOf(object: KubernetesResource): SourceObject {
  return {
    kind: object.kind,
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
    resourceVersion: object.metadata.resourceVersion ?? '',
  };
}

/** `Kind namespace/name`. */
export function objectLabel(source: SourceObject): string {
  return source.namespace === '' ? `${source.kind} ${source.name}` : `${source.kind} ${source.namespace}/${source.name}`;
}

/** The value under `heddle.dev` in a resource's metadata. */
export function provenance(source: SourceObject, path = ''): Struct {
  return {
    object: objectLabel(source),
    ...(path === '' ? {} : { path }),
    ...(source.resourceVersion === '' ? {} : { resourceVersion: source.resourceVersion }),
  };
}

/** Metadata that says where a resource comes from, with further entries beside it. */
export function provenanceMetadata(source: SourceObject, path = '', more: { [filter: string]: Struct } = {}): Metadata {
  return { filter_metadata: { ...more, [provenanceKey]: provenance(source, path) } };
}
