/** Runs pods as local processes, with the controllers that a cluster needs for that. */
export { startKubelet } from './start-kubelet';
export type { Kubelet } from './start-kubelet';
export type { KubeletOptions, Log, PodProcess, ResolvedImage } from './types';
export { proxyNodeFlags } from './pods/launch-proxy';
export { killOrphans } from './pods/process-records';
export { RotatingLog } from './pods/rotating-log';
