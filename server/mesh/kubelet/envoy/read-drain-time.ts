import { parse } from 'yaml';
import type { ConfigMap, Pod } from '@/lib/model';
import { resources } from '@/server/kube';
import type { KubeClient } from '@/server/kube';

const configAnnotation = 'proxy.istio.io/config';
/** Istio's `drainDuration`. */
const defaultSeconds = 45;

/**
 * How many seconds a stock Envoy lets the connections of a listener that has changed go on: `drainDuration` of the pod's own
 * `proxy.istio.io/config`, else of the mesh config's `defaultConfig`, else 45 as in Istio.
 */
export async function readDrainTime(client: KubeClient, pod: Pod): Promise<number> {
  const own = durationIn(pod.metadata.annotations?.[configAnnotation]);
  if (own !== undefined) return own;
  try {
    const settings = await client.get<ConfigMap>(resources.configMaps, { name: 'istio', namespace: 'istio-system' });
    return durationIn(settings.data?.['mesh'], 'defaultConfig') ?? defaultSeconds;
  } catch {
    // A mesh without settings has Istio's defaults.
    return defaultSeconds;
  }
}

/** Seconds of `drainDuration` in a YAML text; at least one. */
function durationIn(text: string | undefined, member?: string): number | undefined {
  if (text === undefined) return undefined;
  try {
    const all = parse(text) as Record<string, unknown> | null;
    const config = (member === undefined ? all : all?.[member]) as { drainDuration?: unknown } | null | undefined;
    const parts = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(typeof config?.drainDuration === 'string' ? config.drainDuration : '');
    const unit = { ms: 0.001, s: 1, m: 60 }[parts?.[2] ?? ''];
    return parts === null || unit === undefined ? undefined : Math.max(1, Math.round(Number(parts[1]) * unit));
  } catch {
    // Not YAML: the control plane says so; here it counts as not said.
    return undefined;
  }
}
