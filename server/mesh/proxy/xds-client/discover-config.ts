import { decodeMessage, encodeMessage, typeUrls } from '@/lib/xds';
import type { ConfigHandler, ConfigSource, DeliveredResource } from '../config-source';
import { createBackOff } from './back-off';
import type { MessageStream } from './grpc-call';
import type { GrpcChannel } from './grpc-channel';

const path = '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources';
const requestType = 'envoy.service.discovery.v3.DeltaDiscoveryRequest';
const responseType = 'envoy.service.discovery.v3.DeltaDiscoveryResponse';

/** Asked for without names, in this order; the rest when the data plane says which. */
const wildcards = [typeUrls.workload, typeUrls.cluster, typeUrls.listener];

export interface DiscoverConfigOptions {
  channel: GrpcChannel;
  /** envoy.config.core.v3.Node; sent with the first request of each stream. */
  node: object;
  /** Reads the ServiceAccount token; absent on a plaintext connection. */
  readToken?: (() => string) | undefined;
  /** Resource types besides CDS and LDS to ask for without names; the workloads of a foreign control plane do not exist. */
  workloads?: boolean;
  random: () => number;
  onProblem: (error: unknown, what: string) => void;
  onConnected?: () => void;
}

interface Subscription {
  typeUrl: string;
  wildcard: boolean;
  names: Set<string>;
  /** Name → version in force: what a new stream need not send again. */
  held: Map<string, string>;
  /** Whether the stream of now has been asked for this type. */
  asked: boolean;
  add: Set<string>;
  remove: Set<string>;
}

interface DeltaResponse {
  type_url?: string;
  nonce?: string;
  resources?: { name?: string; version?: string; resource?: Record<string, unknown> }[];
  removed_resources?: string[];
}

/** Delta ADS as a client: one stream, resumed with what is held, kept up with back-off for as long as the data plane runs. */
export function discoverConfig(options: DiscoverConfigOptions): ConfigSource {
  const subscriptions = new Map<string, Subscription>();
  const backOff = createBackOff(50, 10_000, options.random);
  let handler: ConfigHandler | undefined;
  let stream: MessageStream | undefined;
  let retry: NodeJS.Timeout | undefined;
  let nodeSent = false;
  let flushing = false;
  let stopped = false;

  function subscriptionOf(typeUrl: string): Subscription {
    let subscription = subscriptions.get(typeUrl);
    if (subscription === undefined) {
      const wildcard = wildcards.includes(typeUrl as (typeof wildcards)[number]);
      subscription = { typeUrl, wildcard, names: new Set(), held: new Map(), asked: false, add: new Set(), remove: new Set() };
      subscriptions.set(typeUrl, subscription);
    }
    return subscription;
  }

  function send(request: object): void {
    if (stream === undefined) return;
    const first = !nodeSent;
    nodeSent = true;
    stream.send(encodeMessage(requestType, first ? { node: options.node, ...request } : request));
  }

  /** The first request of a type on a stream: everything wanted, and what is held of it. */
  function ask(subscription: Subscription): void {
    subscription.asked = true;
    subscription.add.clear();
    subscription.remove.clear();
    const names = [...subscription.names];
    send({
      type_url: subscription.typeUrl,
      resource_names_subscribe: subscription.wildcard && names.length > 0 ? ['*', ...names] : names,
      initial_resource_versions: Object.fromEntries(subscription.held),
    });
  }

  /** Changes of subscriptions are collected for a turn, so that a new set of clusters is one request. */
  function flushSoon(): void {
    if (flushing || stream === undefined) return;
    flushing = true;
    queueMicrotask(() => {
      flushing = false;
      if (stream === undefined) return;
      for (const subscription of subscriptions.values()) {
        if (!subscription.asked) ask(subscription);
        else if (subscription.add.size > 0 || subscription.remove.size > 0) {
          send({
            type_url: subscription.typeUrl,
            resource_names_subscribe: [...subscription.add],
            resource_names_unsubscribe: [...subscription.remove],
          });
          subscription.add.clear();
          subscription.remove.clear();
        }
      }
    });
  }

  function take(bytes: Buffer): void {
    const response = decodeMessage(responseType, bytes) as DeltaResponse;
    const typeUrl = response.type_url ?? '';
    const subscription = subscriptionOf(typeUrl);
    const added = (response.resources ?? []).map(readResource);
    const removed = response.removed_resources ?? [];
    const refusal = offer(typeUrl, added, removed);
    if (refusal === undefined) {
      for (const { name, version } of added) subscription.held.set(name, version);
      for (const name of removed) subscription.held.delete(name);
      send({ type_url: typeUrl, response_nonce: response.nonce ?? '' });
    } else {
      options.onProblem(new Error(refusal), `refused ${typeUrl}`);
      send({ type_url: typeUrl, response_nonce: response.nonce ?? '', error_detail: { code: 3, message: refusal } });
    }
    flushSoon();
  }

  function offer(typeUrl: string, added: readonly DeliveredResource[], removed: readonly string[]): string | undefined {
    try {
      return handler?.onResources(typeUrl, added, removed);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  function open(): void {
    if (stopped) return;
    nodeSent = false;
    for (const subscription of subscriptions.values()) subscription.asked = false;
    try {
      const headers: Record<string, string> = options.readToken === undefined ? {} : { authorization: `Bearer ${options.readToken()}` };
      const opened = options.channel.stream(path, headers, {
        onMessage(bytes) {
          if (stream !== opened) return;
          backOff.reset();
          try {
            take(bytes);
          } catch (error) {
            options.onProblem(error, 'a response that cannot be read');
            opened.cancel();
          }
        },
        onEnd(error) {
          if (stream === opened) reopen(error ?? new Error('the control plane ended the stream'));
        },
      });
      stream = opened;
      for (const subscription of subscriptions.values()) if (subscription.wildcard || subscription.names.size > 0) ask(subscription);
      options.onConnected?.();
    } catch (error) {
      reopen(error);
    }
  }

  function reopen(error: unknown): void {
    stream = undefined;
    if (stopped) return;
    options.onProblem(error, 'no connection to the control plane; the last configuration stays in force');
    retry = setTimeout(open, backOff.next());
  }

  return {
    start(given) {
      handler = given;
      for (const typeUrl of wildcards) if (typeUrl !== typeUrls.workload || options.workloads !== false) subscriptionOf(typeUrl);
      open();
    },
    subscribe(typeUrl, names) {
      const subscription = subscriptionOf(typeUrl);
      for (const name of names) {
        subscription.names.add(name);
        subscription.remove.delete(name);
        // Also when it is subscribed already: a cluster that changed asks for its endpoints again.
        subscription.add.add(name);
      }
      flushSoon();
    },
    unsubscribe(typeUrl, names) {
      const subscription = subscriptionOf(typeUrl);
      for (const name of names) {
        subscription.held.delete(name);
        subscription.add.delete(name);
        if (subscription.names.delete(name)) subscription.remove.add(name);
      }
      flushSoon();
    },
    stop() {
      stopped = true;
      clearTimeout(retry);
      stream?.cancel();
      stream = undefined;
    },
  };
}

function readResource({ name, version, resource }: NonNullable<DeltaResponse['resources']>[number]): DeliveredResource {
  const { '@type': _type, ...fields } = resource ?? {};
  return { name: name ?? '', version: version ?? '', resource: fields };
}
