import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Secret } from '@/lib/xds';
import { typeUrls } from '@/lib/xds';
import type { CaseRequest } from '../generate';
import type { Wire, World } from '../mesh/build-world';
import { createTokenIssuer, meshSecrets, writeOutsideFiles } from '../mesh/issue-certificates';
import type { OutsideFiles, TokenIssuer } from '../mesh/issue-certificates';
import type { CompiledWorld, Served } from '../mesh/merge-proxies';
import { mergeWorld } from '../mesh/merge-proxies';
import { createAuthority } from '../mesh/write-certificate';
import { startEnvoy, startHeddle } from './run-proxy';
import type { LogLine, RunningProxy } from './run-proxy';
import { startUpstreams } from './run-upstreams';
import type { SeenRequest, Upstreams } from './run-upstreams';
import { sendRequest } from './send-request';
import type { Reply } from './send-request';
import { startDiscovery } from './serve-discovery';
import type { Discovery } from './serve-discovery';

/** Everything one request left behind on one wire. */
export interface Observation {
  readonly reply: Reply;
  /** Tries that reached an application, in their order; copies for mirrors apart. */
  readonly seen: readonly SeenRequest[];
  readonly mirrored: readonly SeenRequest[];
  /** The caller's proxy's line of its access log. */
  readonly client: LogLine | null;
  /** The lines of the servers' proxies. */
  readonly servers: readonly LogLine[];
}

/** One request on one wire. */
export interface Sending {
  readonly world: World;
  readonly request: CaseRequest;
  readonly token: string | null;
  /** Names the request everywhere; unique. */
  readonly agent: string;
}

/** The proxies of all wires, their control planes and the applications behind them. */
export interface WireBench {
  readonly files: OutsideFiles;
  readonly issuer: TokenIssuer;
  readonly wires: readonly Wire[];
  /** Puts worlds in force, in place of those before. Returns what the proxies refused. */
  apply(worlds: readonly CompiledWorld[]): Promise<string[]>;
  /** Sends all of them, some at a time, and gathers what they left behind. */
  observe(sendings: readonly Sending[]): Promise<Observation[]>;
  close(): Promise<void>;
}

interface OpenWire {
  readonly discovery: Discovery;
  readonly proxy: RunningProxy;
}

const CONCURRENCY = 48;

/** Starts one process of each proxy that is wanted. */
export async function openWire(wires: readonly Wire[]): Promise<WireBench> {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-properties-'));
  const authority = createAuthority();
  const files = writeOutsideFiles(authority, join(folder, 'files'));
  const secrets = new Map(
    meshSecrets(authority).map((secret: Secret) => [secret.name, { name: secret.name, version: '1', resource: secret }]),
  );
  const upstreams = startUpstreams(files.server, authority.rootPem);
  const control = authority.issue({ dns: 'istiod.istio-system.svc' });
  const sidecar = authority.issue({ uri: 'spiffe://cluster.local/ns/istio-system/sa/properties' });
  const issuer = createTokenIssuer();
  const open = new Map<Wire, OpenWire>();
  for (const wire of wires) {
    const discovery = await startDiscovery({ ...control, rootPem: authority.rootPem }, [sidecar.certPem, authority.rootPem]);
    discovery.serve(new Map([[typeUrls.secret, secrets]]));
    const proxy =
      wire === 'envoy'
        ? startEnvoy(folder, discovery, await freePort())
        : await startHeddle(folder, discovery, authority.rootPem, adminAddress());
    open.set(wire, { discovery, proxy });
  }
  /** Mirrors go their own way and logs are written a moment later: waits until every request that has an answer has its lines. */
  async function gatherLogs(sendings: readonly Sending[], replies: readonly Reply[]): Promise<Map<Wire, Map<string, LogLine[]>>> {
    const logs = new Map<Wire, Map<string, LogLine[]>>(wires.map((wire) => [wire, new Map<string, LogLine[]>()]));
    const wanted = sendings.filter(({ request }, index) => request.protocol === 'http' && replies[index]?.status !== 0);
    for (let round = 0; round < 20; round++) {
      await new Promise((resolve) => setTimeout(resolve, 250));
      for (const [wire, { proxy }] of open) {
        const known = logs.get(wire);
        for (const [agent, lines] of proxy.readLog()) known?.set(agent, [...(known.get(agent) ?? []), ...lines]);
      }
      if (round > 0 && wanted.every(({ world, agent }) => logs.get(world.wire)?.has(agent))) break;
    }
    return logs;
  }

  return {
    files,
    issuer,
    wires,
    async apply(worlds) {
      upstreams.closeAll();
      await Promise.all(worlds.map(({ world }) => upstreams.open(world)));
      for (const [wire, { discovery }] of open) {
        const served: Served = new Map([[typeUrls.secret, secrets]]);
        for (const compiled of worlds) if (compiled.world.wire === wire) mergeWorld(served, compiled);
        discovery.serve(served);
      }
      await Promise.all([...open.values()].map(({ proxy }) => proxy.whenApplied()));
      return [...open].flatMap(([wire, { discovery }]) => discovery.takeRefusals().map((text) => `${wire}: ${text}`));
    },
    async observe(sendings) {
      const replies = await sendAll(sendings, upstreams);
      const logs = await gatherLogs(sendings, replies);
      return sendings.map(({ world, agent }, index) =>
        gather(world, replies[index] as Reply, upstreams.seen(agent), logs.get(world.wire)?.get(agent) ?? []),
      );
    },
    async close() {
      upstreams.closeAll();
      for (const { proxy, discovery } of open.values()) {
        await proxy.stop();
        discovery.stop();
      }
      if (process.env['HEDDLE_KEEP'] === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** An address of this process's own, beside those of pods. */
function adminAddress(): string {
  return `127.63.${(process.pid >> 8) % 256}.${(process.pid % 254) + 1}`;
}

async function sendAll(sendings: readonly Sending[], upstreams: Upstreams): Promise<Reply[]> {
  const replies: Reply[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < sendings.length; at = next++) {
      const { world, request, agent, token } = sendings[at] as Sending;
      upstreams.expect(agent, { fail: request.fail, hangs: request.hangs });
      replies[at] = await sendRequest(world, request, agent, token);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return replies;
}

function gather(world: World, reply: Reply, seen: readonly SeenRequest[], lines: readonly LogLine[]): Observation {
  const isShadow = (one: SeenRequest): boolean => /-shadow(?::\d+)?$/.test(one.host);
  const callers = ['web', 'curl', 'gateway'] as const;
  // Listeners of callers are at the outbound addresses; the gateway's own is at its pod address.
  const isCaller = (line: LogLine): boolean =>
    line.address.startsWith('127.192.') || callers.some((name) => line.address.startsWith(`${world.ip(name)}:`));
  return {
    reply,
    seen: seen.filter((one) => !isShadow(one)),
    mirrored: seen.filter(isShadow),
    client: lines.find(isCaller) ?? null,
    servers: lines.filter((line) => !isCaller(line)),
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
