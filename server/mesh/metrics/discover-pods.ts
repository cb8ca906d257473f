import { resources, type Informer, type KubeObject } from '@/server/kube';
import type { ScrapeTarget, TargetSource } from './scrape-target';

interface PodObject extends KubeObject {
  spec?: { nodeName?: string; containers?: { ports?: { containerPort: number }[] }[] };
  status?: { phase?: string; podIP?: string };
}

/**
 * Targets of the pods annotated `prometheus.io/scrape: "true"` (with `…/port`, `…/path`, `…/scheme`), as Istio's sample
 * configuration of Prometheus finds them: the pod's labels, `namespace`, `pod`, `node`, `instance`, job `kubernetes-pods`.
 * @param informer keeps pods; started and stopped by its owner
 */
export function discoverPods(informer: Informer): TargetSource {
  return {
    watch(onChange) {
      let last = '';
      const update = (): void => {
        const targets = informer.list<PodObject>(resources.pods).flatMap(targetOf);
        const text = JSON.stringify(targets);
        if (text === last) return;
        last = text;
        onChange(targets);
      };
      const stop = informer.onChange(update);
      void informer.synced.then(update);
      return stop;
    },
  };
}

const finished: ReadonlySet<string> = new Set(['Pending', 'Succeeded', 'Failed', 'Completed']);

function targetOf(pod: PodObject): ScrapeTarget[] {
  const { metadata, spec, status } = pod;
  const annotations = metadata.annotations ?? {};
  const ip = status?.podIP;
  if (annotations['prometheus.io/scrape'] !== 'true' || ip === undefined || ip === '' || finished.has(status?.phase ?? '')) return [];
  const port =
    annotations['prometheus.io/port'] ?? String(spec?.containers?.flatMap((container) => container.ports ?? [])[0]?.containerPort ?? '');
  if (!/^\d+$/.test(port)) return [];
  const scheme = annotations['prometheus.io/scheme'] === 'https' ? 'https' : 'http';
  const path = annotations['prometheus.io/path'] ?? '/metrics';
  const host = ip.includes(':') ? `[${ip}]` : ip;
  const instance = `${host}:${port}`;
  const podLabels = Object.entries(metadata.labels ?? {}).map(([name, value]): [string, string] => [labelName(name), value]);
  const labels = Object.fromEntries([
    ...podLabels,
    ['namespace', metadata.namespace ?? ''],
    ['pod', metadata.name],
    ['node', spec?.nodeName ?? ''],
    ['instance', instance],
    ['job', 'kubernetes-pods'],
  ]) as Record<string, string>;
  return [
    {
      url: `${scheme}://${instance}${path.startsWith('/') ? '' : '/'}${path}`,
      labels,
      discovered: { __address__: instance, __metrics_path__: path, __scheme__: scheme },
    },
  ];
}

/** A Kubernetes label as a Prometheus label name. */
function labelName(name: string): string {
  const plain = name.replaceAll(/[^a-zA-Z0-9_]/g, '_');
  return /^\d/.test(plain) ? `_${plain}` : plain;
}
