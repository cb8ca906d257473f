import { meshKinds } from '@/lib/kinds';
import { AdmissionRules, contextKinds } from '@/lib/validate';
import type { Validator } from '@/server/mesh/apiserver';

/** What stands in for Istio's webhook in the bundled mesh: refuses what it refuses, and warns of what findings say about other objects. */
export function createAdmission(): Validator {
  const rules = new AdmissionRules();
  return (object, context) => {
    if (!meshKinds.includes(context.kind)) return {};
    return rules.judge(object, function* existing() {
      for (const { kind } of contextKinds) for (const one of context.list(kind.group, kind.plural)) yield one;
    });
  };
}
