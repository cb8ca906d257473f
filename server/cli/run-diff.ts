import type { AnyObject, PreviewResponse } from '@/lib/contract';
import { HeddleError } from '@/lib/errors';
import { loadConfig } from '@/server/config';
import { createTrafficSampler, isConfiguration, isRefused, previewChange, watchCluster } from '@/server/console';
import { createKubeClient, loadKubeConfig } from '@/server/kube';
import { createPrometheus, detectTraceStore } from '@/server/sources';
import { printDiff } from './diff-text';
import { readObjects } from './simulate-objects';

export interface DiffSources {
  filename: string[];
  kubeconfig?: string;
  context?: string;
  prometheus?: string;
  traces?: string;
  output: 'text' | 'json';
}

/** Reads manifests and cluster, prints the diff; the exit code of `heddle diff`. */
export async function runDiff(options: DiffSources): Promise<number> {
  const given = readObjects(options.filename);
  const objects = given.filter(isConfiguration).map(withNamespace);
  if (objects.length === 0) {
    throw new HeddleError('bad_request', 'None of the objects configures the mesh.', {
      path: options.filename.join(', '),
      hint: 'Istio and Gateway API objects are compared.',
    });
  }
  const config = loadConfig({ ...process.env, ...environmentOf(options) }, process.cwd());
  const connection = await loadKubeConfig({ file: config.kubeconfig ?? undefined, context: config.kubeContext ?? undefined });
  const cluster = watchCluster(createKubeClient(connection), config.clusterName);
  try {
    await cluster.informer.synced;
    const { prometheusUrl, tracesUrl } = config;
    const sources = {
      prometheus: prometheusUrl === null ? null : createPrometheus({ url: prometheusUrl }),
      traces: () =>
        tracesUrl === null
          ? Promise.reject(new HeddleError('source_unavailable', 'No trace store is given: paths and headers of requests are not known.'))
          : detectTraceStore(tracesUrl),
      now: Date.now,
    };
    const preview = await previewChange(
      { cluster: () => cluster, traffic: createTrafficSampler(sources), now: Date.now },
      { objects: objects as AnyObject[], deletes: [] },
    );
    const left = given.length - objects.length;
    const notices =
      left === 0
        ? preview.notices
        : [
            ...preview.notices,
            { source: 'files', code: 'not_supported', message: `${left} objects that do not configure the mesh are left out.` },
          ];
    process.stdout.write(
      options.output === 'json' ? `${JSON.stringify(jsonOf({ ...preview, notices }), null, 2)}\n` : printDiff({ ...preview, notices }),
    );
    return preview.breaks > 0 || isRefused(preview.findings) ? 1 : 0;
  } finally {
    cluster.stop();
  }
}

/** The contract's fields, as `POST /api/v1/preview` gives them; what only a page shows is left out. */
function jsonOf({ changes, findings, coverage, breaks, notices }: PreviewResponse): Partial<PreviewResponse> {
  return { changes, findings, coverage, breaks, notices };
}

function environmentOf({ kubeconfig, context, prometheus, traces }: DiffSources): Record<string, string> {
  return {
    ...(kubeconfig === undefined ? {} : { HEDDLE_KUBECONFIG: kubeconfig }),
    ...(context === undefined ? {} : { HEDDLE_KUBE_CONTEXT: context }),
    ...(prometheus === undefined ? {} : { HEDDLE_PROMETHEUS: prometheus }),
    ...(traces === undefined ? {} : { HEDDLE_TRACES: traces }),
  };
}

/** What kubectl does with an object that names no namespace. */
function withNamespace<Given extends { metadata: { name: string; namespace?: string } }>(object: Given): Given {
  return { ...object, metadata: { ...object.metadata, namespace: object.metadata.namespace ?? 'default' } };
}
