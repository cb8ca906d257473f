import { defineKind } from '../define-kind';
import { requestAuthenticationSpec } from './schema';
import { checkRequestAuthentication } from './validators';

export type { RequestAuthentication, RequestAuthenticationSpec } from './schema';

export const requestAuthenticationKind = defineKind({
  group: 'security.istio.io',
  kind: 'RequestAuthentication',
  plural: 'requestauthentications',
  shortNames: ['ra'],
  categories: ['istio-io', 'security-istio-io'],
  versions: ['v1', 'v1beta1'],
  namespaced: true,
  spec: requestAuthenticationSpec,
  rules: checkRequestAuthentication,
  printerColumns: [],
});
