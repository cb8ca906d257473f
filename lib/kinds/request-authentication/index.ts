import { defineKind } from '../define-kind';
import { describeFields } from '../field-notes';
import {
  requestAuthenticationExample,
  requestAuthenticationForm,
  requestAuthenticationNotes,
  requestAuthenticationReferences,
} from './notes';
import { requestAuthenticationSpec } from './schema';
import { checkRequestAuthentication } from './validators';
import { describeRequestAuthentication } from './words';

export type { RequestAuthentication, RequestAuthenticationSpec } from './schema';

export const requestAuthenticationKind = defineKind({
  group: 'security.istio.io',
  kind: 'RequestAuthentication',
  plural: 'requestauthentications',
  shortNames: ['ra'],
  categories: ['istio-io', 'security-istio-io'],
  versions: ['v1', 'v1beta1'],
  namespaced: true,
  spec: describeFields(requestAuthenticationSpec, requestAuthenticationNotes),
  describe: describeRequestAuthentication,
  acts: 'security',
  summary: 'Which tokens of users are accepted.',
  form: requestAuthenticationForm,
  references: requestAuthenticationReferences,
  example: requestAuthenticationExample,
  rules: checkRequestAuthentication,
  printerColumns: [],
});
