import type { Container, Pod } from '@/lib/model';
import { meshLabels } from '@/lib/model';
import type { KubeletOptions } from '../types';
import { CannotStart } from './container-process';
import type { Launch } from './container-process';
import { dieWithParent } from './die-with-parent';
import { expandVariables, podEnvironment } from './pod-environment';
import type { PodEnvironmentOptions } from './pod-environment';

/** The container that the injector adds, and the one of a gateway, which has nothing else. */
export function isProxyContainer(_pod: Pod, container: Container): boolean {
  return container.name === 'istio-proxy' || /(^|\/)heddle\/proxy(:|@|$)/.test(container.image ?? '') || container.image === 'auto';
}

/** The command line of the user's own that a pod names. */
export function commandOf(pod: Pod): string | undefined {
  return pod.metadata.annotations?.[meshLabels.command];
}

/** Small heaps: a workload allocates little, and there is one process per pod. */
const nodeFlags = ['--max-semi-space-size=1', '--max-old-space-size=128', '--no-maglev', '--v8-pool-size=1'];

export interface LaunchApplicationOptions extends PodEnvironmentOptions {
  kubelet: KubeletOptions;
}

/** How to start an application container: the pod's own command, else the built-in workload for its image. */
export async function launchApplication(options: LaunchApplicationOptions): Promise<Launch> {
  const { pod, container, kubelet } = options;
  const command = commandOf(pod);
  const isMain = pod.spec.containers.find((one) => !isProxyContainer(pod, one))?.name === container.name;
  const image = container.image ?? '';
  const builtIn = kubelet.resolveImage(image);
  if (command === undefined || !isMain) {
    if (builtIn === undefined) throw new CannotStart('ErrImagePull', unknownImage(image));
    const env = await podEnvironment(options);
    const args = (container.args ?? builtIn.args).map((arg) => expandVariables(arg, env));
    return {
      command: [process.execPath, ...nodeFlags, kubelet.workloadBundle, builtIn.workload, ...(builtIn.listens ? args : [])],
      env: { ...env, NODE_ENV: 'production' },
    };
  }
  const env = await podEnvironment(options);
  const cwd = container.workingDir;
  return { command: dieWithParent('/bin/sh', '-c', command), env, ...(cwd === undefined ? {} : { cwd }) };
}

function unknownImage(image: string): string {
  return (
    `No workload is built in for image "${image}", and images are not pulled here. Annotate the pod with ` +
    `${meshLabels.command}: "<command line>" to run a program of your own in its place; it must listen on $POD_BIND_IP.`
  );
}
