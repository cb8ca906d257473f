import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { HeddleError } from '@/lib/errors';

/** How to reach one Kubernetes API server as one user. */
export interface KubeConnection {
  /** Name of the context (`in-cluster` inside a pod). */
  context: string;
  /** `https://host:port[/prefix]`, without a trailing slash. */
  server: string;
  /** The context's namespace, `default` when it names none. */
  namespace: string;
  ca?: string | Buffer;
  cert?: string | Buffer;
  key?: string | Buffer;
  servername?: string;
  skipTlsVerify: boolean;
  /** The value of the Authorization header, asked for before every request: tokens expire. */
  authorization?: () => Promise<string | undefined> | string | undefined;
}

export interface KubeConfigSource {
  /** A kubeconfig file. Without it: `KUBECONFIG`, then the pod's service account, then `~/.kube/config`. */
  file?: string | undefined;
  /** The text of a kubeconfig, instead of a file. */
  text?: string | undefined;
  /** A context other than the current one. */
  context?: string | undefined;
  env?: Record<string, string | undefined> | undefined;
}

const named = <T extends z.ZodRawShape>(key: string, shape: T) =>
  z.array(z.looseObject({ name: z.string(), [key]: z.looseObject(shape).nullish() })).nullish();

const clusterShape = {
  server: z.string().optional(),
  'certificate-authority': z.string().optional(),
  'certificate-authority-data': z.string().optional(),
  'insecure-skip-tls-verify': z.boolean().optional(),
  'tls-server-name': z.string().optional(),
};
const userShape = {
  token: z.string().optional(),
  tokenFile: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  'client-certificate': z.string().optional(),
  'client-certificate-data': z.string().optional(),
  'client-key': z.string().optional(),
  'client-key-data': z.string().optional(),
  exec: z.unknown().optional(),
  'auth-provider': z.unknown().optional(),
};
const contextShape = { cluster: z.string().optional(), user: z.string().optional(), namespace: z.string().optional() };
const fileShape = z.looseObject({
  'current-context': z.string().nullish(),
  clusters: named('cluster', clusterShape),
  users: named('user', userShape),
  contexts: named('context', contextShape),
});
const clusterEntry = z.looseObject(clusterShape);
const userEntry = z.looseObject(userShape);
const contextEntry = z.looseObject(contextShape);
type UserEntry = z.infer<typeof userEntry>;

const podAccount = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * Finds and reads the kubeconfig. Users with a client certificate, a token, a token file or a password are handled here; `exec` plugins and
 * auth providers are left to @kubernetes/client-node, which is loaded for them alone (it costs 90 MB).
 * @throws HeddleError `invalid_config` naming the file and the entry that is missing or wrong.
 */
export async function loadKubeConfig(source: KubeConfigSource = {}): Promise<KubeConnection> {
  const env = source.env ?? process.env;
  if (source.text !== undefined) return readConnection(source.text, 'kubeconfig', process.cwd(), source.context);
  const file = source.file ?? env['KUBECONFIG']?.split(delimiter).find((path) => path !== '' && existsSync(path));
  if (file !== undefined) return readFile(file, source.context);
  const host = env['KUBERNETES_SERVICE_HOST'];
  if (host !== undefined && existsSync(join(podAccount, 'token')))
    return inClusterConnection(host, env['KUBERNETES_SERVICE_PORT'] ?? '443');
  const home = join(homedir(), '.kube', 'config');
  if (existsSync(home)) return readFile(home, source.context);
  throw new HeddleError('invalid_config', 'No kubeconfig was found.', { hint: 'Name one with --kubeconfig or the variable KUBECONFIG.' });
}

async function readFile(file: string, context: string | undefined): Promise<KubeConnection> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new HeddleError('invalid_config', `The kubeconfig ${file} cannot be read.`, { cause });
  }
  return readConnection(text, file, dirname(file), context);
}

function inClusterConnection(host: string, port: string): KubeConnection {
  const address = host.includes(':') ? `[${host}]` : host;
  const namespaceFile = join(podAccount, 'namespace');
  return {
    context: 'in-cluster',
    server: `https://${address}:${port}`,
    namespace: existsSync(namespaceFile) ? readFileSync(namespaceFile, 'utf8').trim() : 'default',
    ca: readFileSync(join(podAccount, 'ca.crt')),
    skipTlsVerify: false,
    authorization: bearerFromFile(join(podAccount, 'token')),
  };
}

async function readConnection(text: string, origin: string, folder: string, wanted: string | undefined): Promise<KubeConnection> {
  const fail = (message: string) => new HeddleError('invalid_config', `${origin}: ${message}`);
  let parsed: unknown;
  try {
    parsed = parse(text);
  } catch (cause) {
    throw new HeddleError('invalid_config', `${origin} is not YAML.`, { cause });
  }
  const shape = fileShape.safeParse(parsed);
  if (!shape.success) throw fail(shape.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
  const config = shape.data;
  const contextName = wanted ?? config['current-context'] ?? undefined;
  if (contextName === undefined || contextName === '') throw fail('there is no current-context.');
  const context = contextEntry.safeParse(config.contexts?.find((entry) => entry.name === contextName)?.['context']);
  if (!context.success) throw fail(`there is no context "${contextName}".`);
  const cluster = clusterEntry.safeParse(config.clusters?.find((entry) => entry.name === context.data.cluster)?.['cluster']);
  if (!cluster.success || cluster.data.server === undefined)
    throw fail(`there is no cluster "${context.data.cluster ?? ''}" with a server.`);
  const user = userEntry.safeParse(config.users?.find((entry) => entry.name === context.data.user)?.['user']);
  const entry: UserEntry = user.success ? user.data : {};

  const at = (path: string) => (isAbsolute(path) ? path : join(folder, path));
  const material = (data: string | undefined, path: string | undefined): Buffer | undefined => {
    if (data !== undefined && data !== '') return Buffer.from(data, 'base64');
    if (path === undefined || path === '') return undefined;
    try {
      return readFileSync(at(path));
    } catch (cause) {
      throw new HeddleError('invalid_config', `${origin}: ${path} cannot be read.`, { cause });
    }
  };
  const ca = material(cluster.data['certificate-authority-data'], cluster.data['certificate-authority']);
  const cert = material(entry['client-certificate-data'], entry['client-certificate']);
  const key = material(entry['client-key-data'], entry['client-key']);
  const connection: KubeConnection = {
    context: contextName,
    server: cluster.data.server.replace(/\/+$/, ''),
    namespace: context.data.namespace ?? 'default',
    skipTlsVerify: cluster.data['insecure-skip-tls-verify'] ?? false,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(cluster.data['tls-server-name'] === undefined ? {} : { servername: cluster.data['tls-server-name'] }),
  };
  const authorization = await authorizationOf(entry, at, text, contextName);
  return authorization === undefined ? connection : { ...connection, authorization };
}

async function authorizationOf(user: UserEntry, at: (path: string) => string, text: string, context: string) {
  if (user.exec !== undefined || user['auth-provider'] !== undefined) return pluginAuthorization(text, context);
  if (user.token !== undefined) return () => `Bearer ${user.token}`;
  if (user.tokenFile !== undefined) return bearerFromFile(at(user.tokenFile));
  if (user.username !== undefined) {
    const basic = Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64');
    return () => `Basic ${basic}`;
  }
  return undefined;
}

/** Tokens in files are renewed by others: read again each time, they are small. */
function bearerFromFile(path: string): () => string {
  return () => `Bearer ${readFileSync(path, 'utf8').trim()}`;
}

async function pluginAuthorization(text: string, context: string): Promise<() => Promise<string | undefined>> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromString(text);
  config.setCurrentContext(context);
  return async () => {
    const options: { headers: Record<string, string> } = { headers: {} };
    await config.applyToHTTPSOptions(options);
    return options.headers['Authorization'];
  };
}
