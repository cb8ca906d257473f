import type { FieldNotes } from '../field-notes';
import type { FormLayout } from '../form-layout';
import type { ReferenceTable } from '../read-references';

/** What the fields of a ProxyConfig mean. */
export const proxyConfigNotes: FieldNotes = {
  concurrency: 'Worker threads of the proxy; 0 is one per core. Left out: by its CPU limit.',
  environmentVariables: 'Environment of the proxy, by name.',
  image: 'Which image of the proxy.',
  'image.imageType': 'Flavour of the image: default, debug or distroless.',
  selector: 'Which pods. Left out: the whole namespace; in the root namespace the whole mesh. Takes effect when they start.',
};

export const proxyConfigForm: FormLayout = {
  groups: [
    { title: 'Which pods', fields: ['selector'] },
    { title: 'Their proxies', fields: ['concurrency', 'image', 'environmentVariables'] },
  ],
  parts: { selector: ['matchLabels'], image: ['imageType'] },
};

export const proxyConfigReferences: ReferenceTable = { 'selector.matchLabels': 'labels' };

export const proxyConfigExample = `apiVersion: networking.istio.io/v1beta1
kind: ProxyConfig
metadata:
  name: default
  namespace: default
spec:
  concurrency: 2
`;
