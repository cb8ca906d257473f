import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { HeddleError } from '@/lib/errors';
import type { Pod } from '@/lib/model';
import { meshLabels } from '@/lib/model';
import { createKubeClient, loadKubeConfig, resources } from '@/server/kube';

/**
 * Prints the bootstrap of a pod's proxy as JSON: ours, or that of a stock Envoy. The kubelet has written it, with the certificate
 * files it names, and keeps those fresh.
 * @throws HeddleError `conflict` when another proxy holds the pod's addresses
 */
export async function printBootstrap(options: { pod: string; envoy?: boolean; dataDir: string }): Promise<void> {
  const [namespace = '', name = ''] = options.pod.split('/');
  if (name === '') throw new HeddleError('bad_request', `"${options.pod}" is not NAMESPACE/NAME.`);
  const dataDir = resolve(options.dataDir);
  const kubeconfig = join(dataDir, 'kubeconfig');
  if (!existsSync(kubeconfig)) {
    throw new HeddleError('not_found', `No mesh has run on ${dataDir}.`, {
      hint: 'Start one ("npm run demo"), or name its folder: --data-dir DIR.',
    });
  }
  const client = createKubeClient(await loadKubeConfig({ file: kubeconfig }));
  const pod = await client.get(resources.pods, { name, namespace });
  client.close();
  if (options.envoy === true) refuseOtherProxy(pod as unknown as Pod, options.pod);
  const path = join(dataDir, 'pods', `${namespace}_${name}`, options.envoy === true ? 'envoy.json' : 'bootstrap.json');
  if (!existsSync(path)) {
    throw new HeddleError('not_found', `Pod ${options.pod} has no ${options.envoy === true ? 'Envoy' : 'sidecar'} bootstrap.`, {
      hint: 'It is written when the kubelet starts the pod; "kubectl describe pod" says what keeps it from that.',
    });
  }
  process.stdout.write(`${readFileSync(path, 'utf8').trimEnd()}\n`);
}

function refuseOtherProxy(pod: Pod, shown: string): void {
  const kind = pod.metadata.annotations?.[meshLabels.proxy] ?? 'heddle';
  if (kind === 'external') return;
  throw new HeddleError('conflict', `The addresses of ${shown} are held by its own proxy (${kind}).`, {
    hint: `Set ${meshLabels.proxy}: external in the pod's template, so that nothing is started, and try again with the new pod.`,
  });
}
