import { as, outdated } from '../field-notes';
import type { FieldNotes } from '../field-notes';
import type { FormLayout } from '../form-layout';
import type { ReferenceTable } from '../read-references';

/** What the fields of a RequestAuthentication mean. */
export const requestAuthenticationNotes: FieldNotes = {
  jwtRules:
    'Tokens that are verified. A request with a bad token is refused (401); one without a token passes, until a policy asks for it.',
  'jwtRules[].audiences': 'Audiences of which the token must have one. Left out: any.',
  'jwtRules[].forwardOriginalToken': 'Whether the application gets the token too.',
  'jwtRules[].fromCookies': 'Cookies that may hold the token.',
  'jwtRules[].fromHeaders': 'Headers that may hold the token. Left out: Authorization with Bearer.',
  'jwtRules[].fromHeaders[].name': as('header', 'Name of the header.'),
  'jwtRules[].fromHeaders[].prefix': 'What stands before the token, such as `Bearer `.',
  'jwtRules[].fromParams': 'Query parameters that may hold the token.',
  'jwtRules[].issuer': 'Who issues the tokens, as their claim `iss` says.',
  'jwtRules[].jwks': as('multiline', 'The public keys themselves, as JSON.'),
  'jwtRules[].jwks_uri': outdated('Address of the public keys.', 'jwksUri'),
  'jwtRules[].jwksUri': "Address of the public keys. Left out: found by the issuer's OpenID configuration.",
  'jwtRules[].outputClaimToHeaders': 'Claims that the application gets as headers.',
  'jwtRules[].outputClaimToHeaders[].claim': 'Name of the claim; `a.b` for one inside another.',
  'jwtRules[].outputClaimToHeaders[].header': as('header', 'Name of the header.'),
  'jwtRules[].outputPayloadToHeader': as('header', 'Header that gets the whole payload, as base64.'),
  'jwtRules[].spaceDelimitedClaims': 'Claims whose text is a list separated by blanks, such as scope.',
  'jwtRules[].timeout': 'How long fetching the keys may take. Left out: 5s.',
  selector: 'Which pods. Left out: the whole namespace; in the root namespace the whole mesh.',
  targetRef: { text: 'One Gateway or Service, in place of a selector.', deprecated: 'targetRefs' },
  targetRefs: 'Gateways, Services or ServiceEntries of the namespace that it is for, in place of a selector. What waypoints read.',
};

export const requestAuthenticationForm: FormLayout = {
  groups: [
    { title: 'Which pods', fields: ['selector', 'targetRefs', 'targetRef'] },
    { title: 'Tokens', fields: ['jwtRules'] },
  ],
  parts: {
    selector: ['matchLabels'],
    'targetRefs[]': ['kind', 'name'],
    'jwtRules[]': ['issuer', 'jwksUri', 'audiences', 'forwardOriginalToken'],
  },
  begin: { 'jwtRules[]': { issuer: '', jwksUri: '' } },
};

export const requestAuthenticationReferences: ReferenceTable = {
  'selector.matchLabels': 'labels',
  targetRef: 'target',
  'targetRefs[]': 'target',
};

export const requestAuthenticationExample = `apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata:
  name: productpage
  namespace: default
spec:
  selector:
    matchLabels:
      app: productpage
  jwtRules:
  - issuer: https://login.example.com
    jwksUri: https://login.example.com/keys
    audiences:
    - bookinfo
`;
