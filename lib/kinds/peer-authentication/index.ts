import { defineKind } from '../define-kind';
import { peerAuthenticationSpec } from './schema';
import { checkPeerAuthentication } from './validators';

export type { PeerAuthentication, PeerAuthenticationSpec } from './schema';

export const peerAuthenticationKind = defineKind({
  group: 'security.istio.io',
  kind: 'PeerAuthentication',
  plural: 'peerauthentications',
  shortNames: ['pa'],
  categories: ['istio-io', 'security-istio-io'],
  versions: ['v1', 'v1beta1'],
  namespaced: true,
  spec: peerAuthenticationSpec,
  rules: checkPeerAuthentication,
  printerColumns: [{ name: 'Mode', jsonPath: '.spec.mtls.mode', description: 'Defines the mTLS mode used for peer authentication' }],
});
