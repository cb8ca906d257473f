/** In which form a client wants objects. */
export interface Form {
  as: 'object' | 'Table' | 'PartialObjectMetadata';
  version: 'v1' | 'v1beta1';
}

/** Reads an Accept header: the first form of it that this server speaks. */
export function negotiate(accept: string | undefined): Form {
  for (const range of (accept ?? '').split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    if (type !== 'application/json' && type !== '*/*' && type !== 'application/*') continue;
    const values = new Map(parameters.map((parameter) => parameter.split('=', 2) as [string, string]));
    const as = values.get('as');
    const version = values.get('v') === 'v1beta1' ? 'v1beta1' : 'v1';
    if (as === undefined) return { as: 'object', version };
    if (as === 'Table') return { as: 'Table', version };
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') return { as: 'PartialObjectMetadata', version };
  }
  return { as: 'object', version: 'v1' };
}

/** Which aggregated discovery document a client understands best; `undefined` for the legacy one. */
export function discoveryVersion(accept: string | undefined): 'v2' | 'v2beta1' | undefined {
  for (const range of (accept ?? '').split(',')) {
    if (!range.includes('as=APIGroupDiscoveryList')) {
      if (range.trim().startsWith('application/json')) return undefined;
      continue;
    }
    const version = /;\s*v=([^;\s]+)/.exec(range)?.[1];
    if (version === 'v2' || version === 'v2beta1') return version;
  }
  return undefined;
}
