import { parse } from 'yaml';
import { parseDuration } from './duration';
import type { ConfigMap } from '@/lib/model';
import type { DestinationRuleSpec, VirtualServiceSpec } from '@/lib/kinds';
import type { Duration } from '@/lib/xds';

export type TrafficPolicy = NonNullable<DestinationRuleSpec['trafficPolicy']>;
export type LocalitySetting = NonNullable<NonNullable<TrafficPolicy['loadBalancer']>['localityLbSetting']>;
export type HttpRetry = NonNullable<NonNullable<VirtualServiceSpec['http']>[number]['retries']>;

/** One entry of MeshConfig.extensionProviders, as far as it has an effect here. */
export interface ExtensionProvider {
  name: string;
  type: 'zipkin' | 'opentelemetry' | 'envoyFileAccessLog' | 'other';
  service: string;
  port: number;
  /** envoyFileAccessLog. */
  path: string;
  format: { text: string } | { labels: Record<string, string> } | undefined;
}

/** Istio's MeshConfig with its defaults (istio.md §1.11), the settings that change what is compiled. */
export interface MeshSettings {
  trustDomain: string;
  trustDomainAliases: readonly string[];
  outboundTrafficPolicy: 'ALLOW_ANY' | 'REGISTRY_ONLY';
  enableAutoMtls: boolean;
  connectTimeout: Duration;
  dnsRefreshRate: Duration;
  protocolDetectionTimeout: Duration;
  accessLogFile: string;
  accessLogFormat: string;
  accessLogEncoding: 'TEXT' | 'JSON';
  enableTracing: boolean;
  /** Percent. */
  sampling: number;
  localityLbSetting: LocalitySetting | undefined;
  defaultHttpRetryPolicy: HttpRetry | undefined;
  defaultTrafficPolicy: TrafficPolicy | undefined;
  proxyHttpPort: number;
  proxyListenPort: number;
  proxyInboundListenPort: number;
  defaultServiceExportTo: readonly string[];
  defaultVirtualServiceExportTo: readonly string[];
  defaultDestinationRuleExportTo: readonly string[];
  pathNormalization: 'NONE' | 'BASE' | 'MERGE_SLASHES' | 'DECODE_AND_MERGE_SLASHES';
  extensionProviders: readonly ExtensionProvider[];
  defaultProviders: { tracing: readonly string[]; accessLogging: readonly string[] };
}

type Tree = { readonly [key: string]: unknown };

/**
 * The mesh settings in a ConfigMap's key `mesh`; defaults where it says nothing.
 * @throws when the text is not YAML
 */
export function readMeshSettings(configMap: ConfigMap | undefined): MeshSettings {
  const root = asTree(configMap?.data?.['mesh'] === undefined ? undefined : parse(configMap.data['mesh']));
  const proxyConfig = asTree(root['defaultConfig']);
  const tracing = asTree(proxyConfig['tracing']);
  const providers = asTree(root['defaultProviders']);
  const policy = asTree(root['outboundTrafficPolicy'])['mode'];
  const normalization = asTree(root['pathNormalization'])['normalization'];
  return {
    trustDomain: text(root['trustDomain'], 'cluster.local'),
    trustDomainAliases: texts(root['trustDomainAliases']),
    outboundTrafficPolicy: policy === 'REGISTRY_ONLY' ? 'REGISTRY_ONLY' : 'ALLOW_ANY',
    enableAutoMtls: root['enableAutoMtls'] !== false,
    connectTimeout: parseDuration(text(root['connectTimeout'], '10s')) ?? { seconds: 10 },
    dnsRefreshRate: parseDuration(text(root['dnsRefreshRate'], '60s')) ?? { seconds: 60 },
    protocolDetectionTimeout: parseDuration(text(root['protocolDetectionTimeout'], '0s')) ?? { seconds: 0 },
    accessLogFile: text(root['accessLogFile'], ''),
    accessLogFormat: text(root['accessLogFormat'], ''),
    accessLogEncoding: root['accessLogEncoding'] === 'JSON' ? 'JSON' : 'TEXT',
    enableTracing: root['enableTracing'] !== false,
    sampling: typeof tracing['sampling'] === 'number' ? tracing['sampling'] : 1,
    localityLbSetting: localitySetting(root['localityLbSetting']),
    defaultHttpRetryPolicy: root['defaultHttpRetryPolicy'] === undefined ? undefined : asTree(root['defaultHttpRetryPolicy']),
    defaultTrafficPolicy: root['defaultTrafficPolicy'] === undefined ? undefined : asTree(root['defaultTrafficPolicy']),
    proxyHttpPort: integer(root['proxyHttpPort'], 15001),
    proxyListenPort: integer(root['proxyListenPort'], 15001),
    proxyInboundListenPort: integer(root['proxyInboundListenPort'], 15006),
    defaultServiceExportTo: exportTo(root['defaultServiceExportTo']),
    defaultVirtualServiceExportTo: exportTo(root['defaultVirtualServiceExportTo']),
    defaultDestinationRuleExportTo: exportTo(root['defaultDestinationRuleExportTo']),
    pathNormalization:
      normalization === 'NONE' || normalization === 'MERGE_SLASHES' || normalization === 'DECODE_AND_MERGE_SLASHES'
        ? normalization
        : 'BASE',
    extensionProviders: list(root['extensionProviders']).map(readProvider),
    defaultProviders: { tracing: texts(providers['tracing']), accessLogging: texts(providers['accessLogging']) },
  };
}

function localitySetting(value: unknown): LocalitySetting | undefined {
  if (value === undefined || value === null) return {};
  const setting = asTree(value) as LocalitySetting;
  return setting.enabled === false ? undefined : setting;
}

function readProvider(value: unknown): ExtensionProvider {
  const provider = asTree(value);
  const name = text(provider['name'], '');
  const none = { service: '', port: 0, path: '', format: undefined };
  for (const type of ['zipkin', 'opentelemetry'] as const) {
    const settings = provider[type];
    if (settings === undefined) continue;
    return { ...none, name, type, service: text(asTree(settings)['service'], ''), port: integer(asTree(settings)['port'], 0) };
  }
  if (provider['envoyFileAccessLog'] !== undefined) {
    const settings = asTree(provider['envoyFileAccessLog']);
    const format = asTree(settings['logFormat']);
    const labels = format['labels'];
    return {
      ...none,
      name,
      type: 'envoyFileAccessLog',
      path: text(settings['path'], '/dev/stdout'),
      format:
        typeof format['text'] === 'string'
          ? { text: format['text'] }
          : labels === undefined
            ? undefined
            : { labels: Object.fromEntries(Object.entries(asTree(labels)).map(([key, label]) => [key, String(label)])) },
    };
  }
  return { ...none, name, type: 'other' };
}

function asTree(value: unknown): Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Tree) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function texts(value: unknown): readonly string[] {
  return list(value).filter((item) => typeof item === 'string');
}

function exportTo(value: unknown): readonly string[] {
  const names = texts(value);
  return names.length === 0 ? ['*'] : names;
}

function text(value: unknown, fallback: string): string {
  return typeof value === 'string' ? value : fallback;
}

function integer(value: unknown, fallback: number): number {
  return typeof value === 'number' && Number.isInteger(value) ? value : fallback;
}
