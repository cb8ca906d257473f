import { oneOf } from '../field-notes';
import type { FieldNotes } from '../field-notes';
import type { FormLayout } from '../form-layout';
import type { ReferenceTable } from '../read-references';

const modes = {
  UNSET: 'As the next wider policy says: namespace, then mesh.',
  DISABLE: 'Plain text; mutual TLS is not offered.',
  PERMISSIVE: 'Both: mutual TLS from the mesh, plain text from others.',
  STRICT: 'Mutual TLS only; plain text is refused.',
};

/** What the fields of a PeerAuthentication mean. */
export const peerAuthenticationNotes: FieldNotes = {
  mtls: 'What the pods accept from those who call them.',
  'mtls.mode': oneOf('Whether callers need mutual TLS. Left out: as the next wider policy says, in the end PERMISSIVE.', modes),
  portLevelMtls: 'Other modes for single ports, by port of the container. Needs a selector.',
  'portLevelMtls{}.mode': oneOf('Whether callers of this port need mutual TLS.', modes),
  selector: 'Which pods. Left out: the whole namespace; in the root namespace the whole mesh.',
};

export const peerAuthenticationForm: FormLayout = {
  groups: [
    { title: 'Which pods', fields: ['selector'] },
    { title: 'Mutual TLS', fields: ['mtls', 'portLevelMtls'] },
  ],
  parts: { mtls: ['mode'], 'portLevelMtls{}': ['mode'], selector: ['matchLabels'] },
  begin: { mtls: { mode: 'STRICT' }, 'portLevelMtls{}': { mode: 'PERMISSIVE' } },
};

export const peerAuthenticationReferences: ReferenceTable = { 'selector.matchLabels': 'labels' };

export const peerAuthenticationExample = `apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata:
  name: default
  namespace: default
spec:
  mtls:
    mode: STRICT
`;
