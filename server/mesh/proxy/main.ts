import { AdminServers } from './admin/admin-server';
import { Proxy } from './proxy';
import { readBootstrap } from './read-bootstrap';
import { connectControlPlane } from './xds-client';

/** How long requests under way may take after SIGTERM. */
const DRAIN_MS = 4000;

async function main(): Promise<void> {
  const path = process.argv[2];
  if (path === undefined) {
    process.stderr.write('usage: heddle proxy BOOTSTRAP.json\n');
    process.exit(2);
  }
  const bootstrap = readBootstrap(path);
  const { node, podIp } = bootstrap;
  // The keeper of this process holds the other end of standard input: when that is gone, so are we.
  process.stdin.resume();
  process.stdin.on('end', () => process.exit(0));
  process.stdin.on('error', () => process.exit(0));
  const control = await connectControlPlane({
    node: { ...node, metadata: node.metadata, user_agent_name: 'heddle-proxy' },
    discovery: bootstrap.discovery,
    onProblem: (error, what) => log('warn', what, error),
  });
  const proxy = new Proxy({
    node: {
      id: node.id,
      cluster: node.cluster,
      metadata: node.metadata,
      locality: { region: node.locality.region ?? '', zone: node.locality.zone ?? '', subZone: node.locality.sub_zone ?? '' },
      podIp,
      appIp: bootstrap.appIp,
      outboundIp: bootstrap.outboundIp,
      trustDomain: bootstrap.trustDomain,
    },
    config: control.config,
    identity: control.identity,
    staticClusters: bootstrap.staticClusters,
    log: (text) => process.stdout.write(text),
    onProblem: (message) => log('error', message),
  });
  const admin = new AdminServers(proxy);
  await admin.start({ host: bootstrap.admin.address, adminPort: bootstrap.admin.port });
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    void proxy.drain(DRAIN_MS).then(() => {
      proxy.stop();
      admin.stop();
      control.close();
      setTimeout(() => process.exit(0), 50);
    });
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  await proxy.start();
  await proxy.whenReady();
  log('info', 'ready');
}

/** One JSON line on the standard error, in the form of the other processes. */
function log(level: 'info' | 'warn' | 'error', msg: string, error?: unknown): void {
  const levels = { info: 30, warn: 40, error: 50 };
  const reason = error === undefined ? {} : { err: { message: error instanceof Error ? error.message : 'unknown' } };
  process.stderr.write(`${JSON.stringify({ level: levels[level], time: Date.now(), name: 'proxy', ...reason, msg })}\n`);
}

main().catch((error: unknown) => {
  log('error', 'cannot start', error);
  process.exit(1);
});
