import type { Kubectl } from './kubectl';

interface SyncRow {
  proxy: string;
  'heddle.dev/acked': Record<string, string>;
  'heddle.dev/nacks': { message: string; standing: boolean }[];
  'heddle.dev/compileError'?: string;
}

interface ObjectList {
  items: {
    apiVersion: string;
    kind: string;
    metadata: { name: string; namespace?: string; resourceVersion: string; deletionTimestamp?: string };
    spec?: { containers?: { name: string }[] };
    status?: { conditions?: { type: string; status: string }[]; phase?: string; podIP?: string };
  }[];
}

/** Kinds that a proxy's configuration comes from and that tests write: what the control plane says is acknowledged is compared with these. */
const watched = [
  'configmaps',
  'services',
  'endpointslices',
  'virtualservices',
  'destinationrules',
  'gateways.networking.istio.io',
  'serviceentries',
  'sidecars.networking.istio.io',
  'peerauthentications',
  'requestauthentications',
  'authorizationpolicies',
  'telemetries',
  'gateways.gateway.networking.k8s.io',
  'httproutes',
  'tcproutes',
];

/** One object of each kind that tests delete, with no effect: touched after a deletion, its acknowledgement says that the deletion is in force. */
const markers = [
  ['networking.istio.io/v1', 'VirtualService', '{hosts: [marker.invalid], exportTo: ["."], http: [{directResponse: {status: 404}}]}'],
  ['networking.istio.io/v1', 'DestinationRule', '{host: marker.invalid, exportTo: ["."]}'],
  [
    'networking.istio.io/v1',
    'Gateway',
    '{selector: {marker: none}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [marker.invalid]}]}',
  ],
  [
    'networking.istio.io/v1',
    'ServiceEntry',
    '{hosts: [marker.invalid], exportTo: ["."], resolution: NONE, ports: [{number: 80, name: http, protocol: HTTP}]}',
  ],
  ['security.istio.io/v1', 'PeerAuthentication', '{selector: {matchLabels: {marker: none}}}'],
  ['security.istio.io/v1', 'RequestAuthentication', '{selector: {matchLabels: {marker: none}}}'],
  ['security.istio.io/v1', 'AuthorizationPolicy', '{selector: {matchLabels: {marker: none}}}'],
  ['telemetry.istio.io/v1', 'Telemetry', '{selector: {matchLabels: {marker: none}}}'],
] as const;
const markerNamespace = 'markers';

/** The manifest of all markers; `round` makes each apply of them a change. */
export function markerManifest(round: number): string {
  const metadata = `{name: marker, namespace: ${markerNamespace}, annotations: {round: "${round}"}}`;
  const objects = markers.map(
    ([apiVersion, kind, spec]) => `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: ${metadata}\nspec: ${spec}\n`,
  );
  return [`apiVersion: v1\nkind: Namespace\nmetadata: {name: ${markerNamespace}}\n`, ...objects].join('---\n');
}

function isReady(pod: ObjectList['items'][number]): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
}

/** Envoys whose connections still end under an earlier listener, which is where their requests would be judged by earlier rules. */
async function draining(pods: ObjectList['items']): Promise<string[]> {
  const found = await Promise.all(
    pods.map(async ({ metadata, status }) => {
      const stats = await (await fetch(`http://${status?.podIP}:15000/stats?filter=draining`)).text();
      return /draining: [1-9]/.test(stats) ? [`${metadata.name} drains connections`] : [];
    }),
  );
  return found.flat();
}

/**
 * What keeps the mesh from being converged: pods that are not ready, proxies that are not connected, kinds whose newest object a proxy has not
 * acknowledged. Empty: every proxy has everything. Throws for a rejected or uncompilable configuration: waiting would not help.
 */
export async function pendingConvergence(kubectl: Kubectl, debug: string, byEnvoy: boolean): Promise<string[]> {
  const { items } = await kubectl.json<ObjectList>(['get', ['pods', ...watched].join(','), '-A']);
  const pods = items.filter(({ kind, metadata }) => kind === 'Pod' && metadata.deletionTimestamp === undefined);
  const waiting = pods.filter((pod) => !isReady(pod)).map(({ metadata }) => `pod ${metadata.namespace}/${metadata.name} is not ready`);
  const newest = new Map<string, number>();
  for (const { apiVersion, kind, metadata } of items) {
    // Of ConfigMaps only the mesh's settings concern proxies.
    if (kind === 'Pod' || metadata.namespace === 'kube-system' || (kind === 'ConfigMap' && metadata.name !== 'istio')) continue;
    const slash = apiVersion.indexOf('/');
    const key = `${slash < 0 ? '' : apiVersion.slice(0, slash)}/${kind}`;
    newest.set(key, Math.max(newest.get(key) ?? 0, Number(metadata.resourceVersion)));
  }
  const rows = (await (await fetch(`http://${debug}/debug/syncz`)).json()) as SyncRow[];
  const proxied = pods.filter(({ spec }) => spec?.containers?.some(({ name }) => name === 'istio-proxy'));
  for (const { metadata } of proxied) {
    const row = rows.find(({ proxy }) => proxy === `${metadata.name}.${metadata.namespace}`);
    if (row === undefined) {
      waiting.push(`${metadata.name} is not connected`);
      continue;
    }
    const rejected = row['heddle.dev/nacks'].find(({ standing }) => standing)?.message ?? row['heddle.dev/compileError'];
    if (rejected !== undefined) waiting.push(`${metadata.name} has a rejected configuration: ${rejected}`);
    for (const [kind, version] of newest) {
      const acked = Number(row['heddle.dev/acked'][kind] ?? 0);
      if (acked < version) waiting.push(`${metadata.name} has ${kind} ${acked} of ${version}`);
    }
  }
  return waiting.length === 0 && byEnvoy ? draining(proxied) : waiting;
}
