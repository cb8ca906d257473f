import { as, oneOf } from '../field-notes';
import type { FieldNotes } from '../field-notes';
import type { FormLayout } from '../form-layout';
import type { ReferenceTable } from '../read-references';

/** What the fields of a TrafficExtension mean. */
export const trafficExtensionNotes: FieldNotes = {
  lua: 'A Lua script that looks at requests and answers.',
  'lua.inlineCode': as('multiline', 'The script.'),
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
    UNSPECIFIED: 'Last, before the router.',
    AUTHN: "Before the mesh's authentication.",
    AUTHZ: 'Between authentication and authorization.',
    STATS: 'Between authorization and statistics.',
  }),
  priority: 'Order within the phase: higher numbers first.',
  selector: 'Which pods. Left out: the whole namespace; in the root namespace the whole mesh.',
  targetRefs: 'Gateways or Services of the namespace that it is for, in place of a selector.',
  wasm: 'A WebAssembly module that looks at requests and answers.',
  'wasm.failStrategy': oneOf('What happens to requests when the module breaks.', {
    FAIL_CLOSE: 'They fail.',
    FAIL_OPEN: 'They pass without the module.',
    FAIL_RELOAD: 'They fail until the module is loaded again.',
  }),
  'wasm.imagePullPolicy': oneOf('When the image is fetched.', {
    UNSPECIFIED_POLICY: 'As IfNotPresent; for the tag latest as Always.',
    IfNotPresent: 'When it is not there.',
    Always: 'Every time.',
  }),
  'wasm.imagePullSecret': as('secret', 'Secret to fetch the image with, in the namespace of the object.'),
  'wasm.pluginConfig': "Configuration that the module gets; its form is the module's own.",
  'wasm.pluginName': 'Name of the module in the proxy.',
  'wasm.sha256': 'Checksum that the module must have.',
  'wasm.type': oneOf('Which filters it extends.', {
    UNSPECIFIED_PLUGIN_TYPE: 'As HTTP.',
    HTTP: 'HTTP filters.',
    NETWORK: 'Network filters, for any TCP.',
  }),
  'wasm.url': 'Where the module is: `oci://`, `https://` or `file://`.',
  'wasm.verificationKey': 'Reserved.',
  'wasm.vmConfig': 'The virtual machine that the module runs in.',
  'wasm.vmConfig.env': 'Its environment.',
  'wasm.vmConfig.env[].name': 'Name of the variable.',
  'wasm.vmConfig.env[].value': 'Value, for INLINE.',
  'wasm.vmConfig.env[].valueFrom': oneOf('Where the value comes from.', {
    INLINE: 'From here.',
    HOST: 'From the environment of the proxy.',
  }),
};

export const trafficExtensionForm: FormLayout = {
  groups: [
    { title: 'Which pods', fields: ['selector', 'targetRefs'] },
    { title: 'Which requests', fields: ['match', 'phase', 'priority'] },
    { title: 'What runs', fields: ['lua', 'wasm'] },
  ],
  parts: {
    selector: ['matchLabels'],
    'targetRefs[]': ['kind', 'name'],
    lua: ['inlineCode'],
    wasm: ['url', 'pluginConfig', 'failStrategy'],
  },
};

export const trafficExtensionReferences: ReferenceTable = {
  'selector.matchLabels': 'labels',
  'targetRefs[]': 'target',
  'wasm.imagePullSecret': 'secret',
};

export const trafficExtensionExample = `apiVersion: extensions.istio.io/v1alpha1
kind: TrafficExtension
metadata:
  name: add-header
  namespace: default
spec:
  selector:
    matchLabels:
      app: productpage
  lua:
    inlineCode: |
      function envoy_on_response(handle)
        handle:headers():add("x-served-by", "heddle")
      end
`;
