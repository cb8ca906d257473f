import { defineKind } from '../define-kind';
import { describeFields } from '../field-notes';
import { peerAuthenticationExample, peerAuthenticationForm, peerAuthenticationNotes, peerAuthenticationReferences } from './notes';
import { peerAuthenticationSpec } from './schema';
import { checkPeerAuthentication } from './validators';
import { describePeerAuthentication } from './words';

export type { PeerAuthentication, PeerAuthenticationSpec } from './schema';

export const peerAuthenticationKind = defineKind({
  group: 'security.istio.io',
  kind: 'PeerAuthentication',
  plural: 'peerauthentications',
  shortNames: ['pa'],
  categories: ['istio-io', 'security-istio-io'],
  versions: ['v1', 'v1beta1'],
  namespaced: true,
  spec: describeFields(peerAuthenticationSpec, peerAuthenticationNotes),
  describe: describePeerAuthentication,
  acts: 'security',
  summary: 'Whether pods accept plain text or only mutual TLS.',
  form: peerAuthenticationForm,
  references: peerAuthenticationReferences,
  example: peerAuthenticationExample,
  rules: checkPeerAuthentication,
  printerColumns: [{ name: 'Mode', jsonPath: '.spec.mtls.mode', description: 'Defines the mTLS mode used for peer authentication' }],
});
