import { meshLabels } from '@/lib/model';
import type { Pod } from '@/lib/model';

/** Labels of the pod's namespace, with its name. */
export interface NamespaceFacts {
  name: string;
  labels: Readonly<Record<string, string>>;
}

/** Whether a pod gets a sidecar, and the rule that decided. */
export interface InjectionDecision {
  inject: boolean;
  reason: string;
}

/** The one revision of the bundled control plane. */
export const revision = 'default';

const systemNamespaces: ReadonlySet<string> = new Set(['kube-system', 'kube-public', 'kube-node-lease', 'local-path-storage']);

const no = (reason: string): InjectionDecision => ({ inject: false, reason });
const yes = (reason: string): InjectionDecision => ({ inject: true, reason });

/** Who gets a sidecar, as Istio's webhook selectors and injector decide it (istio.md §6). */
export function shouldInject(pod: Pod, namespace: NamespaceFacts): InjectionDecision {
  const { labels = {}, annotations = {} } = pod.metadata;
  if (pod.spec.hostNetwork === true) return no('the pod uses the network of its node');
  if (systemNamespaces.has(namespace.name)) return no(`${namespace.name} is a system namespace`);
  if (annotations[meshLabels.injectionStatus] !== undefined) return no('the pod is injected already');
  const selected = selectedByLabels(labels, namespace.labels);
  // The label decides alone; the older annotation counts only without it.
  if (selected.inject && labels[meshLabels.inject] === undefined && annotations[meshLabels.inject] === 'false') {
    return no(`annotation ${meshLabels.inject}=false`);
  }
  return selected;
}

function selectedByLabels(pod: Readonly<Record<string, string>>, namespace: Readonly<Record<string, string>>): InjectionDecision {
  if (pod[meshLabels.inject] === 'false') return no(`label ${meshLabels.inject}=false`);
  const injection = namespace[meshLabels.injection];
  // `istio-injection` beats `istio.io/rev`, and a namespace that says no cannot be overruled by a pod.
  if (injection === 'enabled') return yes(`namespace label ${meshLabels.injection}=enabled`);
  if (injection !== undefined) return no(`namespace label ${meshLabels.injection}=${injection}`);
  const wanted = namespace[meshLabels.revision] ?? pod[meshLabels.revision];
  const holder = namespace[meshLabels.revision] === undefined ? 'label' : 'namespace label';
  if (wanted !== undefined) {
    return wanted === revision
      ? yes(`${holder} ${meshLabels.revision}=${wanted}`)
      : no(`${holder} ${meshLabels.revision}=${wanted} names another revision`);
  }
  if (pod[meshLabels.inject] === 'true') return yes(`label ${meshLabels.inject}=true`);
  return no('neither the namespace nor the pod asks for it');
}
