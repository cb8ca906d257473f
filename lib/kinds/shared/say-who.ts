import { sayWords } from '@/lib/i18n';
import type { KubernetesObject } from '../define-kind';

const rootNamespace = 'istio-system';

interface Selecting {
  selector?: { matchLabels?: Record<string, string> | undefined } | undefined;
  workloadSelector?: { labels?: Record<string, string> | undefined } | undefined;
  targetRef?: { kind: string; name: string } | undefined;
  targetRefs?: readonly { kind: string; name: string }[] | undefined;
}

/** `app=reviews, version=v1`. */
export function sayLabels(labels: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(labels ?? {})
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');
}

/** Whom a policy is for, as a phrase. */
export function sayWho(object: KubernetesObject): string {
  const spec = (object.spec ?? {}) as Selecting;
  const targets = [...(spec.targetRefs ?? []), ...(spec.targetRef === undefined ? [] : [spec.targetRef])];
  if (targets.length > 0) return sayWords('who_targets', { targets: targets.map((one) => `${one.kind} ${one.name}`).join(', ') }).text;
  const labels = sayLabels(spec.selector?.matchLabels ?? spec.workloadSelector?.labels);
  if (labels !== '') return sayWords('who_labels', { labels }).text;
  const namespace = object.metadata.namespace ?? 'default';
  return namespace === rootNamespace ? sayWords('who_mesh').text : sayWords('who_namespace', { namespace }).text;
}

/** A sentence that begins with a phrase begins with a capital letter. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
