export { CLUSTER_IP_PREFIX, HOST_IP, addressesOfPodIp, isIpAddress, podAddresses, podSuffix, proxyPorts } from './addresses';
export type { PodAddresses } from './addresses';
export { announcedTcpAddress, tcpPortKey, tcpPortsOfServices } from './tcp-addresses';
export type { AnnouncedTcpPorts, TcpServicePort } from './tcp-addresses';
export { DEFAULT_TRUST_DOMAIN, parseSpiffeId, spiffeId } from './identity';
export type { SpiffeIdentity } from './identity';
export { compileCidr, isInRange, parseIp } from './match-ip';
export type { IpAddress, IpRange } from './match-ip';
export { effectCondition, matchesLabels, matchesSelector, meshLabels } from './labels';
export {
  CLUSTER_DOMAIN,
  compareHosts,
  hostCovers,
  hostsOverlap,
  isWildcard,
  parseServiceHost,
  resolveShortName,
  serviceHost,
} from './names';
export { detectProtocol, isHttp, isHttp2, isTcp, isTls, parseProtocol } from './protocol';
export type { PortProtocol } from './protocol';
export { formatLocality, hasSidecar, isRunning, localityOfPod, parseLocality, serviceAccountOfPod, workloadOfPod } from './workload';
export type { Locality, WorkloadIdentity } from './workload';
export { isRollingOut, revisionAnnotation } from './is-rolling-out';
export type { RegistryEndpoint, RegistryPort, RegistryService, Resolution } from './service';
export type {
  ConfigMap,
  Container,
  ContainerPort,
  ContainerStatus,
  Deployment,
  EndpointSlice,
  EnvironmentVariable,
  KubernetesResource,
  LabelSelector,
  Namespace,
  Node,
  ObjectMeta,
  Pod,
  PodCondition,
  PodSpec,
  PodStatus,
  PodTemplate,
  Probe,
  ReplicaSet,
  Secret,
  Service,
  ServiceAccount,
  ServicePortSpec,
} from './kubernetes';
