import type { Finding, Severity } from '../finding';

/** A text, or a document in it, that is no YAML or no Kubernetes object. It has no object, so no definition looks for it. */
export const unreadableDefinition = {
  code: 'HED0001',
  severity: 'error',
  istio: null,
  kiali: null,
  title: 'Unreadable document, or refused by the API server',
  cause:
    'The document is no YAML, or no Kubernetes object (apiVersion, kind and metadata.name are needed). In previews of the console: the API server refuses the object, for the reason it gives.',
  example: `apiVersion: networking.istio.io/v1
kind: VirtualService
 metadata: { name: reviews }`,
  fix: 'Correct the text at the line the finding names.',
  kinds: [],
  check: () => undefined,
} as const;

export function unreadable(message: string, line: number | null, severity: Severity): Finding {
  const { code, istio, kiali } = unreadableDefinition;
  return { code, severity, kind: '', namespace: '', name: '', path: '', line, message, related: [], istio, kiali, fix: null };
}
