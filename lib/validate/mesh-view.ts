import { matchesLabels, resolveShortName } from '@/lib/model';
import type { ConfigMap, KubernetesResource } from '@/lib/model';
import type { DestinationRule, Gateway, VirtualService } from '@/lib/kinds';
import { kindKeys } from './define-finding';
import type { MeshIndex } from './mesh-index';
import { readService } from './read-service';
import type { MeshService } from './read-service';
import { gatewayKey, topics } from './topics';
import { workloadOf } from './workload';
import type { Workload } from './workload';

export interface MeshSettings {
  rootNamespace: string;
  domain: string;
  /** Whether the objects are all there are (a cluster) or a part of them (files). */
  complete: boolean;
}

/**
 * What a check may ask about other objects. Every question is written down in `asked`, so that the check is repeated when an answer
 * changes, and only then.
 */
export class MeshView {
  readonly settings: MeshSettings;
  readonly asked: Set<string>;
  readonly #index: MeshIndex;

  constructor(index: MeshIndex, settings: MeshSettings, asked: Set<string>) {
    this.#index = index;
    this.settings = settings;
    this.asked = asked;
  }

  /** The objects listed under a topic. The caller knows their kind. */
  list<T extends KubernetesResource>(topic: string): T[] {
    this.asked.add(topic);
    return [...this.#index.under(topic)] as T[];
  }

  /** Whether anything is listed under a topic. */
  has(topic: string): boolean {
    this.asked.add(`?${topic}`);
    return this.#index.under(topic).size > 0;
  }

  find<T extends KubernetesResource>(kind: string, namespace: string, name: string): T | undefined {
    return this.list<T>(topics.object(kind, namespace, name))[0];
  }

  /** Whether what is missing in a namespace is really missing: its services or workloads are there, or everything is. */
  knows(namespace: string): boolean {
    if (this.settings.complete) return true;
    // Files that add something to the root namespace do not bring the control plane that lives there.
    if (namespace === this.settings.rootNamespace) return false;
    return this.has(topics.serviceIn(namespace)) || this.has(topics.workloadIn(namespace));
  }

  knowsNamespaces(): boolean {
    return this.settings.complete && this.has(topics.kind(kindKeys.namespace));
  }

  /** A host as an object of `namespace` writes it. */
  resolve(host: string, namespace: string): string {
    return resolveShortName(host, namespace, this.settings.domain);
  }

  /** The service of a fully qualified host: a Service, a ServiceEntry, or a ServiceEntry with a wildcard that covers it. */
  service(host: string): MeshService | undefined {
    return this.services(host)[0];
  }

  services(host: string): MeshService[] {
    for (const candidate of [host, ...(this.has(topics.wildcardHost()) ? wildcardsOf(host) : [])]) {
      const found = this.list(topics.host(candidate));
      if (found.length > 0) return found.map((object) => readService(object, host));
    }
    return [];
  }

  destinationRules(host: string): DestinationRule[] {
    return [host, ...(this.has(topics.wildcardRule()) ? wildcardsOf(host) : [])].flatMap((candidate) =>
      this.list<DestinationRule>(topics.rulesOf(candidate)),
    );
  }

  virtualServices(host: string): VirtualService[] {
    return this.list<VirtualService>(topics.routesOf(host));
  }

  /** The Istio Gateway that a VirtualService of `namespace` means. */
  gateway(written: string, namespace: string): Gateway | undefined {
    const [space = '', name = ''] = gatewayKey(written, namespace).split('/');
    return this.find<Gateway>(kindKeys.gateway, space, name);
  }

  /** Workloads that have all of the labels; of every namespace for `*`. An empty selector selects all of a namespace. */
  workloads(namespace: string, labels: Readonly<Record<string, string>> | undefined): Workload[] {
    const [first] = Object.entries(labels ?? {});
    const listed = first === undefined ? this.list(topics.workloadIn(namespace)) : this.list(topics.label(namespace, first[0], first[1]));
    return listed.flatMap((object) => {
      const workload = workloadOf(object);
      return workload !== undefined && matchesLabels(workload.labels, labels) ? [workload] : [];
    });
  }

  /** Services of a namespace whose selector matches the labels. */
  servicesOver(namespace: string, labels: Readonly<Record<string, string>>): MeshService[] {
    const seen = new Set<KubernetesResource>();
    for (const [key, value] of Object.entries(labels))
      for (const service of this.list(topics.servicesSelecting(namespace, `${key}=${value}`))) seen.add(service);
    return [...seen].map((object) => readService(object, '')).filter((service) => matchesLabels(labels, service.selector));
  }

  /** The text of the mesh config, if it is there. */
  meshConfig(): string | undefined {
    return this.find<ConfigMap>(kindKeys.configMap, this.settings.rootNamespace, 'istio')?.data?.['mesh'];
  }
}

/** `*.b.c`, `*.c` and `*` for `a.b.c`. */
function wildcardsOf(host: string): string[] {
  const labels = host.replace(/^\*\./, '').split('.');
  const found = labels.slice(1).map((_, index) => `*.${labels.slice(index + 1).join('.')}`);
  return [...found.filter((one) => one !== host), '*'];
}
