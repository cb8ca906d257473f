import { meshKinds } from '@/lib/kinds';
import { AdmissionRules } from '@/lib/validate';
import type { Validator } from '@/server/mesh/apiserver';

/** Group and plural of every kind that findings look at. */
const contextKinds: readonly (readonly [group: string, plural: string])[] = [
  ...meshKinds.map((kind) => [kind.group, kind.plural] as const),
  ['', 'namespaces'],
  ['', 'services'],
  ['', 'pods'],
  ['', 'secrets'],
  ['', 'serviceaccounts'],
  ['', 'configmaps'],
  ['apps', 'deployments'],
  ['apps', 'statefulsets'],
  ['apps', 'daemonsets'],
];

/** What stands in for Istio's webhook in the bundled mesh: refuses what it refuses, and warns of what findings say about other objects. */
export function createAdmission(): Validator {
  const rules = new AdmissionRules();
  return (object, context) => {
    if (!meshKinds.includes(context.kind)) return {};
    return rules.judge(object, function* existing() {
      for (const [group, plural] of contextKinds) for (const one of context.list(group, plural)) yield one;
    });
  };
}
