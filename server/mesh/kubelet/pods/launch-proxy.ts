import { existsSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Pod, PodAddresses } from '@/lib/model';
import { envoyBootstrapFile } from '../envoy/keep-envoy-files';
import type { KubeletOptions } from '../types';
import { CannotStart } from './container-process';
import type { Launch } from './container-process';
import { dieWithParent } from './die-with-parent';
import type { NodeIdentity } from './sidecar-bootstrap';
import { sidecarBootstrap } from './sidecar-bootstrap';

/**
 * As measured on Node 24, none of these costs throughput. A larger young generation brings nothing; V8's middle compiler leaves 15 to 20 MB of
 * its scratch memory with the threads it ran on, and one such thread is enough.
 */
export const proxyNodeFlags: readonly string[] = ['--max-semi-space-size=2', '--no-maglev', '--v8-pool-size=1'];

export interface LaunchProxyOptions {
  kubelet: KubeletOptions;
  pod: Pod;
  folder: string;
  node: NodeIdentity;
  addresses: PodAddresses;
}

/** A proxy needs nothing of the environment; HTTP_PROXY above all must not reach it. */
function proxyEnvironment(): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production' };
}

/** How to start our own proxy for a pod. Writes its bootstrap into the pod's folder. */
export function launchProxy(options: LaunchProxyOptions): Launch {
  const { kubelet, folder } = options;
  const path = join(folder, 'bootstrap.json');
  const discovery = { address: kubelet.discoveryAddress, rootCertPath: kubelet.rootCertPath, tokenPath: join(folder, 'token') };
  const mesh = {
    trustDomain: kubelet.trustDomain,
    staticClusters: { 'opentelemetry-collector': kubelet.otlpAddress, zipkin: kubelet.zipkinAddress },
  };
  writeFileSync(path, JSON.stringify(sidecarBootstrap(options.node, options.addresses, discovery, mesh), null, 2));
  return { command: [process.execPath, ...proxyNodeFlags, kubelet.proxyBundle, path], env: proxyEnvironment() };
}

function onPath(program: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

/** How to start a stock Envoy for a pod whose files are written. `drainSeconds`: how long connections outlive a change of their listener. */
export function launchEnvoy({ kubelet, folder }: Pick<LaunchProxyOptions, 'kubelet' | 'folder'>, drainSeconds: number): Launch {
  const binary = kubelet.envoyBinary ?? onPath('envoy');
  if (binary === undefined) {
    const message = 'There is no Envoy: set HEDDLE_ENVOY to its binary or put it on the PATH ("npm run peers" gets one).';
    throw new CannotStart('ErrImagePull', message);
  }
  // A log that lags ten seconds behind, Envoy's way, is no help to somebody who looks at it.
  const quiet = ['--concurrency', '1', '--disable-hot-restart', '--log-level', 'warning', '--file-flush-interval-msec', '500'];
  // As Istio's agent starts it: after a change connections end with their next response, and all of them in this time.
  const drain = ['--drain-strategy', 'immediate', '--drain-time-s', String(drainSeconds)];
  const flags = [...quiet, ...drain];
  return {
    command: dieWithParent(binary, '-c', join(folder, envoyBootstrapFile), ...flags),
    env: proxyEnvironment(),
    outputFile: join(folder, 'proxy.log'),
  };
}
