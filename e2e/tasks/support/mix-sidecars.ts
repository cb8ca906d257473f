import { parseAllDocuments, stringify } from 'yaml';

interface Manifest {
  readonly kind?: string;
  readonly metadata?: { readonly name?: string };
  readonly spec?: { template?: { metadata?: { annotations?: Record<string, string> } } };
}

/** Workloads whose proxy is a stock Envoy in a mixed mesh: on every path of a task some, never all. */
const byEnvoy = /^(details|reviews-v2|ratings|httpbin(?!-v2)|tcp-echo(?!-v2)|helloworld-(v1|region1-zone2|region3)|fortio|istio-ingress)/;

/** A manifest with the annotation `heddle.dev/proxy: envoy` in the pod templates of some of its Deployments, and nothing else changed. */
export function mixSidecars(manifest: string): string {
  const objects = parseAllDocuments(manifest).flatMap((document) => {
    const object = document.toJS() as Manifest | null;
    return object === null ? [] : [object];
  });
  for (const { kind, metadata, spec } of objects) {
    if (kind !== 'Deployment' || spec?.template === undefined || !byEnvoy.test(metadata?.name ?? '')) continue;
    const { template } = spec;
    template.metadata = { ...template.metadata, annotations: { ...template.metadata?.annotations, 'heddle.dev/proxy': 'envoy' } };
  }
  return objects.map((object) => stringify(object)).join('---\n');
}
