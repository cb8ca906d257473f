/** The `Accept` of a request for metadata alone, as `kind` (`PartialObjectMetadata` or its list); a server that cannot sends all. */
export function acceptMetadata(kind: 'PartialObjectMetadata' | 'PartialObjectMetadataList'): string {
  return `application/json;as=${kind};g=meta.k8s.io;v=v1,application/json;q=0.9`;
}
