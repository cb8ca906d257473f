import { meshKindKeys } from '@/lib/kinds';
import type { KubernetesResource } from '@/lib/model';
import type { ObjectName, PatchStep, Severity } from './finding';
import type { MeshView } from './mesh-view';

export interface ReportOptions {
  /** When this occurrence is worse or milder than the definition says. */
  severity?: Severity;
  related?: readonly ObjectName[];
  fix?: readonly PatchStep[] | undefined;
}

/** Says that the finding holds at a path of the object. */
export type Report = (path: string, message: string, options?: ReportOptions) => void;

/** One thing validation looks for: its documentation and how it is found. */
export interface FindingDefinition {
  code: string;
  severity: Severity;
  istio: string | null;
  kiali: string | null;
  /** What is wrong, in a few words. */
  title: string;
  /** Why it matters: what the mesh does with such an object. */
  cause: string;
  /** YAML that has it. */
  example: string;
  /** What to do. */
  fix: string;
  /** `group/Kind` of the objects it is looked for in. */
  kinds: readonly string[];
  check: FindingCheck;
}

/** Declared as a method, so that a finding's function takes its own type of object. */
export type FindingCheck = { check(object: KubernetesResource, mesh: MeshView, report: Report): void }['check'];

/** Completes a definition: no code of another tool unless said. */
export function defineFinding(
  definition: Omit<FindingDefinition, 'istio' | 'kiali'> & Partial<Pick<FindingDefinition, 'istio' | 'kiali'>>,
): FindingDefinition {
  return { istio: null, kiali: null, ...definition };
}

/** `group/Kind` of the kinds that findings name: all of the registry, and of Kubernetes' own those they read. */
export const kindKeys = {
  ...meshKindKeys,
  service: '/Service',
  pod: '/Pod',
  namespace: '/Namespace',
  secret: '/Secret',
  serviceAccount: '/ServiceAccount',
  configMap: '/ConfigMap',
  deployment: 'apps/Deployment',
  statefulSet: 'apps/StatefulSet',
  daemonSet: 'apps/DaemonSet',
};

/** `group/Kind` of an object; the group of core kinds is empty. */
export function kindOf(object: KubernetesResource): string {
  const slash = object.apiVersion.indexOf('/');
  return `${slash < 0 ? '' : object.apiVersion.slice(0, slash)}/${object.kind}`;
}

export function nameOf(object: KubernetesResource): ObjectName {
  return { kind: object.kind, namespace: object.metadata.namespace ?? '', name: object.metadata.name };
}
