import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PodAddresses } from '@/lib/model';
import { CannotStart } from '../pods/container-process';
import type { NodeIdentity } from '../pods/sidecar-bootstrap';
import type { KubeletOptions } from '../types';
import { envoyBootstrap } from './envoy-bootstrap';
import { requestCertificate } from './request-certificate';
import { writeSecretFiles } from './write-secret-files';

/** In the pod's folder: the bootstrap of a stock Envoy, and the folder with its certificate. */
export const envoyBootstrapFile = 'envoy.json';
export const envoySecretsFolder = 'envoy';

/** Half of a certificate's day, as our own sidecar renews its own. */
const renewEveryMs = 12 * 3_600_000;
const retryMs = 30_000;

export interface EnvoyFilesOptions {
  kubelet: KubeletOptions;
  folder: string;
  node: NodeIdentity;
  addresses: PodAddresses;
}

/**
 * Writes what a stock Envoy needs to be the proxy of a pod: bootstrap and certificate files. Keeps the certificate fresh until the
 * returned function is called.
 */
export async function keepEnvoyFiles(options: EnvoyFilesOptions): Promise<() => void> {
  const { kubelet, folder } = options;
  const tokenPath = join(folder, 'token');
  let timer: NodeJS.Timeout | undefined;

  async function renew(): Promise<void> {
    const token = readFileSync(tokenPath, 'utf8');
    const rootPem = readFileSync(kubelet.rootCertPath, 'utf8');
    const certificate = await requestCertificate({ address: kubelet.discoveryAddress, rootPem, token });
    writeSecretFiles(join(folder, envoySecretsFolder), certificate);
  }

  function renewLater(afterMs: number): void {
    timer = setTimeout(() => {
      renew().then(
        () => {
          renewLater(renewEveryMs);
        },
        () => {
          renewLater(retryMs);
        },
      );
    }, afterMs);
  }

  try {
    await renew();
  } catch (error) {
    throw new CannotStart('CreateContainerConfigError', error instanceof Error ? error.message : String(error));
  }
  const bootstrap = envoyBootstrap({
    node: options.node,
    addresses: options.addresses,
    discoveryAddress: kubelet.discoveryAddress,
    rootCertPath: kubelet.rootCertPath,
    token: readFileSync(tokenPath, 'utf8'),
    zipkinAddress: kubelet.zipkinAddress,
    otlpAddress: kubelet.otlpAddress,
  });
  writeFileSync(join(folder, envoyBootstrapFile), JSON.stringify(bootstrap, null, 2), { mode: 0o600 });
  renewLater(renewEveryMs);
  return () => {
    clearTimeout(timer);
  };
}
