import { as, oneOf } from '../field-notes';
import type { FieldNotes } from '../field-notes';
import type { ReferenceTable } from '../read-references';

/** What the fields of a WasmPlugin mean. */
export const wasmPluginNotes: FieldNotes = {
  failStrategy: oneOf('What happens to requests when the module breaks.', {
    FAIL_CLOSE: 'They fail.',
    FAIL_OPEN: 'They pass without the module.',
    FAIL_RELOAD: 'They fail until the module is loaded again.',
  }),
  imagePullPolicy: oneOf('When the image is fetched.', {
    UNSPECIFIED_POLICY: 'As IfNotPresent; for the tag latest as Always.',
    IfNotPresent: 'When it is not there.',
    Always: 'Every time.',
  }),
  imagePullSecret: as('secret', 'Secret to fetch the image with, in the namespace of the object.'),
  pluginConfig: "Configuration that the module gets; its form is the module's own.",
  pluginName: 'Name of the module in the proxy.',
  sha256: 'Checksum that the module must have.',
  type: oneOf('Which filters it extends.', {
    UNSPECIFIED_PLUGIN_TYPE: 'As HTTP.',
    HTTP: 'HTTP filters.',
    NETWORK: 'Network filters, for any TCP.',
  }),
  url: 'Where the module is: `oci://`, `https://` or `file://`.',
  verificationKey: 'Reserved.',
  vmConfig: 'The virtual machine that the module runs in.',
  'vmConfig.env': 'Its environment.',
  'vmConfig.env[].name': 'Name of the variable.',
  'vmConfig.env[].value': 'Value, for INLINE.',
  'vmConfig.env[].valueFrom': oneOf('Where the value comes from.', { INLINE: 'From here.', HOST: 'From the environment of the proxy.' }),
  match: 'Which requests; one of them must hold. Left out: all.',
  'match[].mode': oneOf('On which side of a request.', {
    UNDEFINED: 'On both.',
    CLIENT: 'Where they go out.',
    SERVER: 'Where they come in.',
    CLIENT_AND_SERVER: 'On both.',
  }),
  'match[].ports': 'Only these ports.',
  'match[].ports[].number': 'Number of the port.',
  phase: oneOf('Where in the chain of filters.', {
    UNSPECIFIED_PHASE: 'Last, before the router.',
    AUTHN: "Before the mesh's authentication.",
    AUTHZ: 'Between authentication and authorization.',
    STATS: 'Between authorization and statistics.',
  }),
  priority: 'Order within the phase: higher numbers first.',
  selector: 'Which pods. Left out: the whole namespace; in the root namespace the whole mesh.',
  targetRef: { text: 'One Gateway or Service, in place of a selector.', deprecated: 'targetRefs' },
  targetRefs: 'Gateways, Services or ServiceEntries of the namespace that it is for, in place of a selector. What waypoints read.',
};

export const wasmPluginReferences: ReferenceTable = {
  'selector.matchLabels': 'labels',
  targetRef: 'target',
  'targetRefs[]': 'target',
  imagePullSecret: 'secret',
};

export const wasmPluginExample = `apiVersion: extensions.istio.io/v1alpha1
kind: WasmPlugin
metadata:
  name: basic-auth
  namespace: default
spec:
  selector:
    matchLabels:
      istio: ingressgateway
  url: oci://registry.example.com/basic-auth:1.0
  phase: AUTHN
  pluginConfig:
    realm: bookinfo
`;
