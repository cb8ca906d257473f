import type { MetaResponse, NamespaceInfo, Notice, SourceStatus } from '@/lib/contract';
import { isHeddleError } from '@/lib/errors';
import { meshLabels } from '@/lib/model';
import type { Namespace } from '@/lib/model';
import { product } from '@/server/config';
import type { Console } from './console-state';

/** Whether new pods of a namespace get a sidecar (Istio's labels; `istio-injection` beats `istio.io/rev`). */
export function injectionOf(namespace: Namespace): Pick<NamespaceInfo, 'injection' | 'revision'> {
  const labels = namespace.metadata.labels ?? {};
  if (labels['istio.io/dataplane-mode'] === 'ambient') return { injection: 'ambient' };
  if (labels[meshLabels.injection] === 'enabled') return { injection: 'enabled' };
  const revision = labels[meshLabels.revision];
  if (labels[meshLabels.injection] !== 'disabled' && revision !== undefined) return { injection: 'revision', revision };
  return { injection: 'disabled' };
}

/** What runs where, and whether it answers. */
export async function showMeta(console: Console): Promise<MetaResponse> {
  const checkedAt = new Date(console.now()).toISOString();
  const check = async (
    name: SourceStatus['name'],
    url: string,
    ask: () => Promise<Pick<SourceStatus, 'kind' | 'version'>>,
  ): Promise<SourceStatus> => {
    try {
      return { name, url, status: 'up', checkedAt, ...(await ask()) };
    } catch (error) {
      if (!isHeddleError(error)) throw error;
      return { name, url, status: 'down', message: error.message, checkedAt };
    }
  };
  const absent = (name: SourceStatus['name']): SourceStatus => ({ name, url: '', status: 'absent', checkedAt });
  const { prometheus } = console;
  const cluster = console.clusterOrNull();
  let kubernetesVersion: string | null = null;

  const sources = await Promise.all([
    check('kubernetes', cluster?.client.connection.server ?? '', async () => {
      const answer = await console.cluster().client.rawGet('/version', { timeoutMs: 5000 });
      const version: unknown = (JSON.parse(answer.toString('utf8')) as { gitVersion?: unknown }).gitVersion;
      kubernetesVersion = typeof version === 'string' ? version : null;
      return kubernetesVersion === null ? {} : { version: kubernetesVersion };
    }),
    check('mesh', '', async () => {
      const mesh = console.mesh();
      const [version, proxies] = await Promise.all([mesh.version().catch(() => null), mesh.proxies()]);
      const kind = proxies.some((one) => one.acknowledged !== null) ? 'heddle' : 'istio';
      return { kind, ...(version === null ? {} : { version }) };
    }),
    prometheus === null
      ? absent('prometheus')
      : check('prometheus', prometheus.url, async () => {
          const version = await prometheus.version({ signal: AbortSignal.timeout(5000) });
          return version === null ? {} : { version };
        }),
    console.config.tracesUrl === null
      ? absent('traces')
      : check('traces', console.config.tracesUrl, async () => {
          const store = await console.traces();
          await store.services();
          return { kind: store.kind };
        }),
  ]);
  const notices: Notice[] = cluster?.notices() ?? [];
  for (const source of sources) {
    if (source.status === 'down') notices.push({ source: source.name, code: 'source_unavailable', message: source.message ?? '' });
  }
  return {
    product: { ...product },
    cluster: { name: console.config.clusterName, version: kubernetesVersion },
    sources,
    namespaces: (cluster?.namespaces() ?? [])
      .map((namespace) => ({ name: namespace.metadata.name, ...injectionOf(namespace), labels: namespace.metadata.labels ?? {} }))
      .toSorted((left, right) => (left.name < right.name ? -1 : 1)),
    notices,
  };
}
