/**
 * Kubernetes' messages, as far as clients send them as protobuf: `number name type`. A type is `s` string, `i` integer, `b` boolean, `y` bytes
 * (base64 in JSON), `t` time, `u` time with microseconds, `q` quantity, `x` int-or-string, `ms`/`my`/`mq` a map from string to s/y/q, `j` raw
 * JSON, or the name of a message. `*` repeated; `?` optional, so that zero is a value and not "not set"; the name `~` merges the
 * message's fields into its owner; the name `-` leaves the field out.
 */
const text = {
  ObjectMeta: `1 name s,2 generateName s,3 namespace s,4 - s,5 uid s,6 resourceVersion s,7 generation i,8 creationTimestamp t,9 deletionTimestamp t,
    10 deletionGracePeriodSeconds i?,11 labels ms,12 annotations ms,13 ownerReferences OwnerReference*,14 finalizers s*,17 managedFields ManagedFields*`,
  OwnerReference: `1 kind s,3 name s,4 uid s,5 apiVersion s,6 controller b?,7 blockOwnerDeletion b?`,
  ManagedFields: `1 manager s,2 operation s,3 apiVersion s,4 time t,6 fieldsType s,7 fieldsV1 FieldsV1,8 subresource s`,
  FieldsV1: `1 ~ j`,
  ObjectReference: `1 kind s,2 namespace s,3 name s,4 uid s,5 apiVersion s,6 resourceVersion s,7 fieldPath s`,
  LocalObjectReference: `1 name s`,
  LabelSelector: `1 matchLabels ms,2 matchExpressions LabelRequirement*`,
  LabelRequirement: `1 key s,2 operator s,3 values s*`,

  Namespace: `1 metadata ObjectMeta,2 spec NamespaceSpec,3 - s`,
  NamespaceSpec: `1 finalizers s*`,
  ConfigMap: `1 metadata ObjectMeta,2 data ms,3 binaryData my,4 immutable b?`,
  Secret: `1 metadata ObjectMeta,2 data my,3 type s,4 stringData ms,5 immutable b?`,
  ServiceAccount: `1 metadata ObjectMeta,2 secrets ObjectReference*,3 imagePullSecrets LocalObjectReference*,4 automountServiceAccountToken b?`,

  Service: `1 metadata ObjectMeta,2 spec ServiceSpec,3 - s`,
  ServiceSpec: `1 ports ServicePort*,2 selector ms,3 clusterIP s,4 type s,5 externalIPs s*,7 sessionAffinity s,8 loadBalancerIP s,
    9 loadBalancerSourceRanges s*,10 externalName s,11 externalTrafficPolicy s,12 healthCheckNodePort i,13 publishNotReadyAddresses b,
    14 sessionAffinityConfig SessionAffinity,17 ipFamilyPolicy s?,18 clusterIPs s*,19 ipFamilies s*,20 allocateLoadBalancerNodePorts b?,
    21 loadBalancerClass s?,22 internalTrafficPolicy s?,23 trafficDistribution s?`,
  ServicePort: `1 name s,2 protocol s,3 port i,4 targetPort x,5 nodePort i,6 appProtocol s?`,
  SessionAffinity: `1 clientIP ClientIP`,
  ClientIP: `1 timeoutSeconds i?`,

  Pod: `1 metadata ObjectMeta,2 spec PodSpec,3 - s`,
  PodTemplate: `1 metadata ObjectMeta,2 spec PodSpec`,
  PodSpec: `1 volumes Volume*,2 containers Container*,3 restartPolicy s,4 terminationGracePeriodSeconds i?,5 activeDeadlineSeconds i?,6 dnsPolicy s,
    7 nodeSelector ms,8 serviceAccountName s,9 serviceAccount s,10 nodeName s,11 hostNetwork b,12 hostPID b,13 hostIPC b,
    14 securityContext PodSecurity,15 imagePullSecrets LocalObjectReference*,16 hostname s,17 subdomain s,19 schedulerName s,
    20 initContainers Container*,21 automountServiceAccountToken b?,22 tolerations Toleration*,23 hostAliases HostAlias*,24 priorityClassName s,
    25 priority i?,27 shareProcessNamespace b?,29 runtimeClassName s?,30 enableServiceLinks b?,31 preemptionPolicy s?,35 setHostnameAsFQDN b?,
    37 hostUsers b?`,
  PodSecurity: `2 runAsUser i?,3 runAsNonRoot b?,4 supplementalGroups i*,5 fsGroup i?,6 runAsGroup i?,9 fsGroupChangePolicy s?`,
  Toleration: `1 key s,2 operator s,3 value s,4 effect s,5 tolerationSeconds i?`,
  HostAlias: `1 ip s,2 hostnames s*`,
  Container: `1 name s,2 image s,3 command s*,4 args s*,5 workingDir s,6 ports ContainerPort*,7 env EnvVar*,8 resources Resources,
    9 volumeMounts VolumeMount*,10 livenessProbe Probe,11 readinessProbe Probe,13 terminationMessagePath s,14 imagePullPolicy s,
    15 securityContext ContainerSecurity,16 stdin b,17 stdinOnce b,18 tty b,19 envFrom EnvFrom*,20 terminationMessagePolicy s,22 startupProbe Probe,
    24 restartPolicy s?`,
  ContainerPort: `1 name s,2 hostPort i,3 containerPort i,4 protocol s,5 hostIP s`,
  ContainerSecurity: `2 privileged b?,4 runAsUser i?,5 runAsNonRoot b?,6 readOnlyRootFilesystem b?,7 allowPrivilegeEscalation b?,8 runAsGroup i?`,
  EnvVar: `1 name s,2 value s,3 valueFrom EnvSource`,
  EnvSource: `1 fieldRef FieldRef,2 resourceFieldRef ResourceFieldRef,3 configMapKeyRef KeyRef,4 secretKeyRef KeyRef`,
  FieldRef: `1 apiVersion s,2 fieldPath s`,
  ResourceFieldRef: `1 containerName s,2 resource s,3 divisor q`,
  KeyRef: `1 ~ LocalObjectReference,2 key s,3 optional b?`,
  EnvFrom: `1 prefix s,2 configMapRef EnvFromRef,3 secretRef EnvFromRef`,
  EnvFromRef: `1 ~ LocalObjectReference,2 optional b?`,
  Resources: `1 limits mq,2 requests mq`,
  VolumeMount: `1 name s,2 readOnly b,3 mountPath s,4 subPath s,5 mountPropagation s?,6 subPathExpr s,7 recursiveReadOnly s?`,
  Probe: `1 ~ ProbeHandler,2 initialDelaySeconds i,3 timeoutSeconds i,4 periodSeconds i,5 successThreshold i,6 failureThreshold i,
    7 terminationGracePeriodSeconds i?`,
  ProbeHandler: `1 exec Exec,2 httpGet HttpGet,3 tcpSocket TcpSocket,4 grpc Grpc`,
  Exec: `1 command s*`,
  HttpGet: `1 path s,2 port x,3 host s,4 scheme s,5 httpHeaders Header*`,
  Header: `1 name s,2 value s`,
  TcpSocket: `1 port x,2 host s`,
  Grpc: `1 port i,2 service s?`,
  Volume: `1 name s,2 ~ VolumeSource`,
  VolumeSource: `1 hostPath HostPath,2 emptyDir EmptyDir,6 secret SecretVolume,10 persistentVolumeClaim ClaimVolume,19 configMap ConfigMapVolume`,
  HostPath: `1 path s,2 type s?`,
  EmptyDir: `1 medium s,2 sizeLimit q`,
  SecretVolume: `1 secretName s,2 items KeyToPath*,3 defaultMode i?,4 optional b?`,
  ConfigMapVolume: `1 ~ LocalObjectReference,2 items KeyToPath*,3 defaultMode i?,4 optional b?`,
  KeyToPath: `1 key s,2 path s,3 mode i?`,
  ClaimVolume: `1 claimName s,2 readOnly b`,

  Deployment: `1 metadata ObjectMeta,2 spec DeploymentSpec,3 - s`,
  DeploymentSpec: `1 replicas i?,2 selector LabelSelector,3 template PodTemplate,4 strategy Strategy,5 minReadySeconds i,6 revisionHistoryLimit i?,
    7 paused b,9 progressDeadlineSeconds i?`,
  Strategy: `1 type s,2 rollingUpdate RollingUpdate`,
  RollingUpdate: `1 maxUnavailable x,2 maxSurge x`,
  Job: `1 metadata ObjectMeta,2 spec JobSpec,3 - s`,
  JobSpec: `1 parallelism i?,2 completions i?,3 activeDeadlineSeconds i?,4 selector LabelSelector,5 manualSelector b?,6 template PodTemplate,
    7 backoffLimit i?,8 ttlSecondsAfterFinished i?,9 completionMode s?,10 suspend b?`,
  Autoscaler: `1 metadata ObjectMeta,2 spec AutoscalerSpec,3 - s`,
  AutoscalerSpec: `1 scaleTargetRef ScaleTarget,2 minReplicas i?,3 maxReplicas i,4 metrics Metric*`,
  ScaleTarget: `1 kind s,2 name s,3 apiVersion s`,
  Metric: `1 type s,4 resource ResourceMetric`,
  ResourceMetric: `1 name s,2 target MetricTarget`,
  MetricTarget: `1 type s,2 value q,3 averageValue q,4 averageUtilization i?`,
  Budget: `1 metadata ObjectMeta,2 spec BudgetSpec,3 - s`,
  BudgetSpec: `1 minAvailable x,2 selector LabelSelector,3 maxUnavailable x,4 unhealthyPodEvictionPolicy s?`,

  Ingress: `1 metadata ObjectMeta,2 spec IngressSpec,3 - s`,
  IngressSpec: `1 defaultBackend IngressBackend,2 tls IngressTls*,3 rules IngressRule*,4 ingressClassName s?`,
  IngressTls: `1 hosts s*,2 secretName s`,
  IngressRule: `1 host s,2 ~ IngressRuleValue`,
  IngressRuleValue: `1 http IngressHttp`,
  IngressHttp: `1 paths IngressPath*`,
  IngressPath: `1 path s,2 backend IngressBackend,3 pathType s?`,
  IngressBackend: `4 service IngressService`,
  IngressService: `1 name s,2 port IngressPort`,
  IngressPort: `1 name s,2 number i`,

  Role: `1 metadata ObjectMeta,2 rules PolicyRule*`,
  ClusterRole: `1 metadata ObjectMeta,2 rules PolicyRule*,3 aggregationRule Aggregation`,
  Aggregation: `1 clusterRoleSelectors LabelSelector*`,
  PolicyRule: `1 verbs s*,2 apiGroups s*,3 resources s*,4 resourceNames s*,5 nonResourceURLs s*`,
  RoleBinding: `1 metadata ObjectMeta,2 subjects Subject*,3 roleRef RoleRef`,
  Subject: `1 kind s,2 apiGroup s,3 name s,4 namespace s`,
  RoleRef: `1 apiGroup s,2 kind s,3 name s`,

  PriorityClass: `1 metadata ObjectMeta,2 value i,3 globalDefault b,4 description s,5 preemptionPolicy s?`,
  Lease: `1 metadata ObjectMeta,2 spec LeaseSpec`,
  LeaseSpec: `1 holderIdentity s?,2 leaseDurationSeconds i?,3 acquireTime u,4 renewTime u,5 leaseTransitions i?,6 strategy s?,7 preferredHolder s?`,
  Event: `1 metadata ObjectMeta,2 involvedObject ObjectReference,3 reason s,4 message s,5 source EventSource,6 firstTimestamp t,7 lastTimestamp t,
    8 count i,9 type s,10 eventTime u,11 series EventSeries,12 action s,13 related ObjectReference,14 reportingComponent s,15 reportingInstance s`,
  EventsV1: `1 metadata ObjectMeta,2 eventTime u,3 series EventSeries,4 reportingController s,5 reportingInstance s,6 action s,7 reason s,
    8 regarding ObjectReference,9 related ObjectReference,10 note s,11 type s,12 deprecatedSource EventSource,13 deprecatedFirstTimestamp t,
    14 deprecatedLastTimestamp t,15 deprecatedCount i`,
  EventSource: `1 component s,2 host s`,
  EventSeries: `1 count i,2 lastObservedTime u`,

  TokenRequest: `1 metadata ObjectMeta,2 spec TokenRequestSpec,3 - s`,
  TokenRequestSpec: `1 audiences s*,3 boundObjectRef BoundObject,4 expirationSeconds i?`,
  BoundObject: `1 kind s,2 apiVersion s,3 name s,4 uid s`,
  TokenReview: `1 metadata ObjectMeta,2 spec TokenReviewSpec,3 - s`,
  TokenReviewSpec: `1 token s,2 audiences s*`,
  SelfSubjectReview: `1 metadata ObjectMeta,2 - s`,
  AccessReview: `1 metadata ObjectMeta,2 spec AccessSpec,3 - s`,
  AccessSpec: `1 resourceAttributes ResourceAttributes,2 nonResourceAttributes PathAttributes,3 user s,4 groups s*,6 uid s`,
  SelfAccessReview: `1 metadata ObjectMeta,2 spec SelfAccessSpec,3 - s`,
  SelfAccessSpec: `1 resourceAttributes ResourceAttributes,2 nonResourceAttributes PathAttributes`,
  ResourceAttributes: `1 namespace s,2 verb s,3 group s,4 version s,5 resource s,6 subresource s,7 name s`,
  PathAttributes: `1 path s,2 verb s`,
  RulesReview: `1 metadata ObjectMeta,2 spec RulesSpec,3 - s`,
  RulesSpec: `1 namespace s`,

  DeleteOptions: `1 gracePeriodSeconds i?,2 preconditions Preconditions,3 orphanDependents b?,4 propagationPolicy s?,5 dryRun s*`,
  Preconditions: `1 uid s?,2 resourceVersion s?`,
  Eviction: `1 metadata ObjectMeta,2 deleteOptions DeleteOptions`,
  Binding: `1 metadata ObjectMeta,2 target ObjectReference`,
  Scale: `1 metadata ObjectMeta,2 spec ScaleSpec,3 - s`,
  ScaleSpec: `1 replicas i?`,
} as const;

/** The message of a kind, by `group/Kind`. */
export const messageOfKind: Record<string, keyof typeof text> = {
  '/Namespace': 'Namespace',
  '/ConfigMap': 'ConfigMap',
  '/Secret': 'Secret',
  '/ServiceAccount': 'ServiceAccount',
  '/Service': 'Service',
  '/Pod': 'Pod',
  '/Event': 'Event',
  '/Binding': 'Binding',
  '/DeleteOptions': 'DeleteOptions',
  'meta.k8s.io/DeleteOptions': 'DeleteOptions',
  'events.k8s.io/Event': 'EventsV1',
  'apps/Deployment': 'Deployment',
  'batch/Job': 'Job',
  'autoscaling/HorizontalPodAutoscaler': 'Autoscaler',
  'autoscaling/Scale': 'Scale',
  'policy/PodDisruptionBudget': 'Budget',
  'policy/Eviction': 'Eviction',
  'networking.k8s.io/Ingress': 'Ingress',
  'rbac.authorization.k8s.io/Role': 'Role',
  'rbac.authorization.k8s.io/ClusterRole': 'ClusterRole',
  'rbac.authorization.k8s.io/RoleBinding': 'RoleBinding',
  'rbac.authorization.k8s.io/ClusterRoleBinding': 'RoleBinding',
  'scheduling.k8s.io/PriorityClass': 'PriorityClass',
  'coordination.k8s.io/Lease': 'Lease',
  'authentication.k8s.io/TokenRequest': 'TokenRequest',
  'authentication.k8s.io/TokenReview': 'TokenReview',
  'authentication.k8s.io/SelfSubjectReview': 'SelfSubjectReview',
  'authorization.k8s.io/SubjectAccessReview': 'AccessReview',
  'authorization.k8s.io/LocalSubjectAccessReview': 'AccessReview',
  'authorization.k8s.io/SelfSubjectAccessReview': 'SelfAccessReview',
  'authorization.k8s.io/SelfSubjectRulesReview': 'RulesReview',
};

export interface FieldForm {
  name: string;
  type: string;
  repeated: boolean;
  optional: boolean;
}

const parsed = new Map<string, ReadonlyMap<number, FieldForm>>();

/** The fields of a message, by number; `undefined` when the type is a scalar. */
export function messageFields(name: string): ReadonlyMap<number, FieldForm> | undefined {
  const known = parsed.get(name);
  if (known !== undefined) return known;
  const source = Object.hasOwn(text, name) ? text[name as keyof typeof text] : undefined;
  if (source === undefined) return undefined;
  const fields = new Map(
    source.split(',').map((entry): [number, FieldForm] => {
      const [number = '', field = '', type = ''] = entry.trim().split(/\s+/);
      return [Number(number), { name: field, type: type.replace(/[*?]$/, ''), repeated: type.endsWith('*'), optional: type.endsWith('?') }];
    }),
  );
  parsed.set(name, fields);
  return fields;
}
