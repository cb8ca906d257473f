import { readFileSync } from 'node:fs';
import type { ConfigSource, IdentitySource } from '../config-source';
import { discoverConfig } from './discover-config';
import { GrpcChannel } from './grpc-channel';
import { keepIdentity } from './keep-identity';

/** The part of a sidecar's bootstrap that says where its configuration comes from (ARCHITECTURE, "Bootstrap"). */
export interface DiscoveryBootstrap {
  /** `host:port` of the TLS port. */
  address: string;
  rootCertPath: string;
  tokenPath: string;
}

export interface ConnectOptions {
  /** envoy.config.core.v3.Node. */
  node: object;
  discovery: DiscoveryBootstrap;
  random?: () => number;
  /** Called with everything that went wrong and is tried again. */
  onProblem: (error: unknown, what: string) => void;
}

export interface ControlPlaneConnection {
  /** Not started: the data plane starts it with its handler. */
  config: ConfigSource;
  identity: IdentitySource;
  close(): void;
}

/** The name that the control plane's certificate bears, wherever it listens. */
const serverName = 'istiod.istio-system.svc';

/**
 * Connects a sidecar to its control plane: makes a key, has it signed (waiting until that works), and prepares delta ADS over the same
 * connection. Token and roots are read again whenever they are needed, because both are replaced while the sidecar runs.
 */
export async function connectControlPlane(options: ConnectOptions): Promise<ControlPlaneConnection> {
  const { discovery, onProblem } = options;
  const random = options.random ?? Math.random;
  const readToken = () => readFileSync(discovery.tokenPath, 'utf8').trim();
  const channel = new GrpcChannel({ address: discovery.address, rootsPem: () => readFileSync(discovery.rootCertPath, 'utf8'), serverName });
  const identity = await keepIdentity({ channel, readToken, random, now: () => Date.now(), onProblem });
  const config = discoverConfig({ channel, node: options.node, readToken, random, onProblem });
  return {
    config,
    identity,
    close() {
      config.stop();
      identity.stop();
      channel.close();
    },
  };
}
