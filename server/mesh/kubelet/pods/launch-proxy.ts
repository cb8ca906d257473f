import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pod, PodAddresses } from '@/lib/model';
import type { KubeletOptions } from '../types';
import type { Launch } from './container-process';
import { launchEnvoy } from './launch-envoy';
import type { NodeIdentity } from './sidecar-bootstrap';
import { proxyKindOf, sidecarBootstrap } from './sidecar-bootstrap';

/** As measured: the young generation is what makes a proxy's memory grow under load, and more of it brings nothing. */
const nodeFlags = ['--max-semi-space-size=4'];

export interface LaunchProxyOptions {
  kubelet: KubeletOptions;
  pod: Pod;
  folder: string;
  node: NodeIdentity;
  addresses: PodAddresses;
}

/** How to start the proxy of a pod: ours, or a stock Envoy when the pod asks for it. Writes its bootstrap into the pod's folder. */
export async function launchProxy(options: LaunchProxyOptions): Promise<Launch> {
  const { kubelet, folder } = options;
  if (proxyKindOf(options.pod) === 'envoy') return launchEnvoy(options);
  const path = join(folder, 'bootstrap.json');
  const discovery = { address: kubelet.discoveryAddress, rootCertPath: kubelet.rootCertPath, tokenPath: join(folder, 'token') };
  writeFileSync(path, JSON.stringify(sidecarBootstrap(options.node, options.addresses, discovery, kubelet.trustDomain), null, 2));
  return { command: [process.execPath, ...nodeFlags, kubelet.proxyBundle, path], env: proxyEnvironment() };
}

/** A proxy needs nothing of the environment; HTTP_PROXY above all must not reach it. */
export function proxyEnvironment(): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production' };
}
