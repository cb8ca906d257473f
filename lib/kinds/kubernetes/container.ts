import { z } from 'zod';
import { atomic, freeObject, intOrString, keyedList, localReference, port, portProtocol, quantity, stringMap } from './parts';

const optionalReference = { name: z.string().optional(), optional: z.boolean().optional() };
const keyReference = atomic(z.object({ key: z.string(), ...optionalReference }));

export const envVar = z.object({
  name: z.string(),
  value: z.string().optional(),
  valueFrom: z
    .object({
      fieldRef: atomic(z.object({ apiVersion: z.string().optional(), fieldPath: z.string() })).optional(),
      resourceFieldRef: atomic(
        z.object({ containerName: z.string().optional(), resource: z.string(), divisor: quantity.optional() }),
      ).optional(),
      configMapKeyRef: keyReference.optional(),
      secretKeyRef: keyReference.optional(),
      fileKeyRef: freeObject.optional(),
    })
    .optional(),
});
export type EnvVar = z.infer<typeof envVar>;

const httpGet = z.object({
  path: z.string().optional(),
  port: intOrString,
  host: z.string().optional(),
  scheme: z.enum(['HTTP', 'HTTPS']).optional(),
  httpHeaders: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
});
const tcpSocket = z.object({ port: intOrString, host: z.string().optional() });
const exec = z.object({ command: z.array(z.string()).optional() });

export const probe = z.object({
  httpGet: httpGet.optional(),
  tcpSocket: tcpSocket.optional(),
  exec: exec.optional(),
  grpc: z.object({ port, service: z.string().optional() }).optional(),
  initialDelaySeconds: z.int().optional(),
  timeoutSeconds: z.int().optional(),
  periodSeconds: z.int().optional(),
  successThreshold: z.int().optional(),
  failureThreshold: z.int().optional(),
  terminationGracePeriodSeconds: z.int().optional(),
});
export type Probe = z.infer<typeof probe>;

const lifecycleHandler = z.object({
  httpGet: httpGet.optional(),
  tcpSocket: tcpSocket.optional(),
  exec: exec.optional(),
  sleep: z.object({ seconds: z.int() }).optional(),
});

export const containerPort = z.object({
  name: z.string().optional(),
  containerPort: port,
  hostPort: z.int().optional(),
  hostIP: z.string().optional(),
  protocol: portProtocol.optional(),
});

export const resourceRequirements = z.object({
  limits: z.record(z.string(), quantity).optional(),
  requests: z.record(z.string(), quantity).optional(),
  claims: keyedList(z.object({ name: z.string(), request: z.string().optional() }), ['name']).optional(),
});

const containerSecurity = z.object({
  allowPrivilegeEscalation: z.boolean().optional(),
  appArmorProfile: freeObject.optional(),
  capabilities: z.object({ add: z.array(z.string()).optional(), drop: z.array(z.string()).optional() }).optional(),
  privileged: z.boolean().optional(),
  procMount: z.string().optional(),
  readOnlyRootFilesystem: z.boolean().optional(),
  runAsGroup: z.int().optional(),
  runAsNonRoot: z.boolean().optional(),
  runAsUser: z.int().optional(),
  seLinuxOptions: freeObject.optional(),
  seccompProfile: freeObject.optional(),
  windowsOptions: freeObject.optional(),
});

/** core/v1 Container; also what an ephemeral container has besides its target. */
export const container = z.object({
  name: z.string(),
  image: z.string().optional(),
  command: z.array(z.string()).optional(),
  args: z.array(z.string()).optional(),
  workingDir: z.string().optional(),
  ports: keyedList(containerPort, ['containerPort', 'protocol']).optional(),
  env: keyedList(envVar, ['name']).optional(),
  envFrom: z
    .array(
      z.object({
        prefix: z.string().optional(),
        configMapRef: z.object(optionalReference).optional(),
        secretRef: z.object(optionalReference).optional(),
      }),
    )
    .optional(),
  resources: resourceRequirements.optional(),
  resizePolicy: z.array(z.object({ resourceName: z.string(), restartPolicy: z.string() })).optional(),
  restartPolicy: z.string().optional(),
  restartPolicyRules: z.array(freeObject).optional(),
  volumeMounts: keyedList(
    z.object({
      name: z.string(),
      mountPath: z.string(),
      subPath: z.string().optional(),
      subPathExpr: z.string().optional(),
      readOnly: z.boolean().optional(),
      recursiveReadOnly: z.string().optional(),
      mountPropagation: z.string().optional(),
    }),
    ['mountPath'],
  ).optional(),
  volumeDevices: keyedList(z.object({ name: z.string(), devicePath: z.string() }), ['devicePath']).optional(),
  livenessProbe: probe.optional(),
  readinessProbe: probe.optional(),
  startupProbe: probe.optional(),
  lifecycle: z
    .object({ postStart: lifecycleHandler.optional(), preStop: lifecycleHandler.optional(), stopSignal: z.string().optional() })
    .optional(),
  terminationMessagePath: z.string().optional(),
  terminationMessagePolicy: z.enum(['File', 'FallbackToLogsOnError']).optional(),
  imagePullPolicy: z.enum(['Always', 'IfNotPresent', 'Never']).optional(),
  securityContext: containerSecurity.optional(),
  stdin: z.boolean().optional(),
  stdinOnce: z.boolean().optional(),
  tty: z.boolean().optional(),
});
export type Container = z.infer<typeof container>;

const keysToPaths = z.array(z.object({ key: z.string(), path: z.string(), mode: z.int().optional() })).optional();
const mode = z.int().optional();

/** core/v1 Volume. The sources the bundled mesh can provide are spelled out. */
export const volume = z.object({
  name: z.string(),
  emptyDir: z.object({ medium: z.string().optional(), sizeLimit: quantity.optional() }).optional(),
  configMap: z.object({ ...optionalReference, defaultMode: mode, items: keysToPaths }).optional(),
  secret: z
    .object({ secretName: z.string().optional(), optional: z.boolean().optional(), defaultMode: mode, items: keysToPaths })
    .optional(),
  projected: z.object({ defaultMode: mode, sources: z.array(z.looseObject({})).optional() }).optional(),
  downwardAPI: z.looseObject({ defaultMode: mode }).optional(),
  hostPath: z.object({ path: z.string(), type: z.string().optional() }).optional(),
  persistentVolumeClaim: z.object({ claimName: z.string(), readOnly: z.boolean().optional() }).optional(),
  nfs: freeObject.optional(),
  csi: freeObject.optional(),
  ephemeral: freeObject.optional(),
  image: freeObject.optional(),
  awsElasticBlockStore: freeObject.optional(),
  azureDisk: freeObject.optional(),
  azureFile: freeObject.optional(),
  cephfs: freeObject.optional(),
  cinder: freeObject.optional(),
  fc: freeObject.optional(),
  flexVolume: freeObject.optional(),
  flocker: freeObject.optional(),
  gcePersistentDisk: freeObject.optional(),
  gitRepo: freeObject.optional(),
  glusterfs: freeObject.optional(),
  iscsi: freeObject.optional(),
  photonPersistentDisk: freeObject.optional(),
  portworxVolume: freeObject.optional(),
  quobyte: freeObject.optional(),
  rbd: freeObject.optional(),
  scaleIO: freeObject.optional(),
  storageos: freeObject.optional(),
  vsphereVolume: freeObject.optional(),
});

export const imagePullSecrets = keyedList(localReference, ['name']);
export const nodeSelector = atomic(stringMap);
