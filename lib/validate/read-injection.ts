import { meshLabels } from '@/lib/model';
import type { ConfigMap, Namespace } from '@/lib/model';
import { kindKeys } from './define-finding';
import type { MeshView } from './mesh-view';

/** What the injector's values say, as far as findings need it. */
interface InjectorValues {
  /** Namespaces without a label are injected, too. */
  enabledByDefault: boolean;
  /** Tag of the proxy image (`1.30.2`); `undefined` when it is not said. */
  tag: string | undefined;
}

interface Values {
  global?: { tag?: string | number };
  sidecarInjectorWebhook?: { enableNamespacesByDefault?: boolean };
}

/** The values of Istio's injector (ConfigMap istio-sidecar-injector); `undefined` when they are not there to read. */
export function injectorValues(mesh: MeshView): InjectorValues | undefined {
  const text = mesh.find<ConfigMap>(kindKeys.configMap, mesh.settings.rootNamespace, 'istio-sidecar-injector')?.data?.['values'];
  if (text === undefined) return undefined;
  try {
    const { global, sidecarInjectorWebhook } = JSON.parse(text) as Values;
    return {
      enabledByDefault: sidecarInjectorWebhook?.enableNamespacesByDefault === true,
      tag: global?.tag === undefined ? undefined : String(global.tag),
    };
  } catch {
    return undefined;
  }
}

/** Namespaces of Kubernetes itself, which the injector leaves alone. */
const systemNamespaces = new Set(['kube-system', 'kube-public', 'kube-node-lease', 'local-path-storage']);

export function isSystemNamespace(mesh: MeshView, name: string): boolean {
  return systemNamespaces.has(name) || name === mesh.settings.rootNamespace;
}

type Labels = Readonly<Record<string, string>>;

/** What a namespace's labels say about sidecars: `ambient` has none and wants none. */
export function namespaceInjection({ metadata }: Namespace): 'yes' | 'no' | 'ambient' | 'unsaid' {
  const labels = metadata.labels ?? {};
  const word = labels[meshLabels.injection];
  if (word === 'enabled') return 'yes';
  if (word !== undefined) return 'no';
  if (labels[meshLabels.revision] !== undefined) return 'yes';
  return labels[meshLabels.dataplaneMode] === 'ambient' ? 'ambient' : 'unsaid';
}

/** Whether pods with these labels are injected (istio.md §6); `undefined` when the namespace is not known. */
export function isInjected(mesh: MeshView, namespace: string, pod: { labels: Labels; annotations: Labels }): boolean | undefined {
  const space = mesh.find<Namespace>(kindKeys.namespace, '', namespace);
  if (space === undefined) return undefined;
  const own = pod.labels[meshLabels.inject] ?? pod.annotations[meshLabels.inject];
  if (own === 'false') return false;
  const said = namespaceInjection(space);
  if (said === 'yes' || said === 'no') return said === 'yes';
  return own === 'true' || pod.labels[meshLabels.revision] !== undefined || injectorValues(mesh)?.enabledByDefault === true;
}
