import type { KubernetesResource } from '@/lib/model';
import { checkWellFormed } from './check-well-formed';
import type { FindingDefinition } from './define-finding';
import type { Finding } from './finding';
import { makeFinding } from './make-finding';
import type { MeshView } from './mesh-view';

const wellFormed = new WeakMap<KubernetesResource, Finding[]>();

/**
 * All findings of one object. What its schema refuses is not looked at further: rules about relations read fields they can rely on.
 * The part that needs no other object is kept for as long as the object lives.
 */
export function checkObject(object: KubernetesResource, definitions: readonly FindingDefinition[], mesh: MeshView): Finding[] {
  let own = wellFormed.get(object);
  if (own === undefined) {
    own = checkWellFormed(object);
    wellFormed.set(object, own);
  }
  if (own.some((finding) => finding.severity === 'error' && finding.code === 'HED0106')) return own;
  const findings = [...own];
  for (const definition of definitions) {
    definition.check(object, mesh, (path, message, options = {}) => {
      findings.push(makeFinding(definition, object, path, message, options));
    });
  }
  return suppress(object, findings);
}

/** What somebody has looked at and wants to hear no more of: Istio's annotation, which takes Istio's codes, ours and `*`. */
function suppress(object: KubernetesResource, findings: Finding[]): Finding[] {
  const annotation =
    object.metadata.annotations?.['galley.istio.io/analyze-suppress'] ?? object.metadata.annotations?.['heddle.dev/suppress'];
  if (annotation === undefined) return findings;
  const codes = new Set(annotation.split(',').map((code) => code.trim()));
  if (codes.has('*')) return findings.filter((finding) => finding.severity === 'error' && finding.code === 'HED0106');
  return findings.filter((finding) => !codes.has(finding.code) && (finding.istio === null || !codes.has(finding.istio)));
}
