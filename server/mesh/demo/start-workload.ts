import { startDetails } from './bookinfo/details';
import { startProductpage } from './bookinfo/productpage';
import { startRatings } from './bookinfo/ratings';
import { startReviews } from './bookinfo/reviews';
import { parseFortioArguments, runFortioLoad, startFortioServer } from './samples/fortio';
import { startHealth } from './samples/health';
import { startHelloworld } from './samples/helloworld';
import { startHttpbin } from './samples/httpbin';
import { startSleep } from './samples/sleep';
import { startTcpEcho } from './samples/tcp-echo';
import { startWebsocketEcho } from './samples/websocket-echo';

type Start = (args: readonly string[]) => Promise<void>;

const workloads: Record<string, Start> = {
  productpage: () => startProductpage(),
  details: () => startDetails(),
  ratings: () => startRatings(),
  'reviews-v1': () => startReviews(undefined),
  'reviews-v2': () => startReviews('black'),
  'reviews-v3': () => startReviews('red'),
  httpbin: () => startHttpbin('go', 8080),
  'httpbin-python': () => startHttpbin('python', 80),
  'tcp-echo': ([ports = '9000', word = 'hello']) => startTcpEcho(ports, word),
  'helloworld-v1': () => startHelloworld('v1'),
  'helloworld-v2': () => startHelloworld('v2'),
  'websocket-echo': () => startWebsocketEcho(),
  health: () => startHealth(),
  sleep: () => startSleep(),
  fortio: async (args) => {
    if (args[0] !== 'load' && args[0] !== 'curl') {
      await startFortioServer();
      return;
    }
    await runFortioLoad(parseFortioArguments(args.slice(1)));
    process.exit(0);
  },
};

/** What `heddle workload NAME` can run. */
export const workloadNames = Object.keys(workloads);

/** Starts a built-in workload; resolves when it listens. Rejects for a name that is none. */
export async function startWorkload(name: string, args: readonly string[]): Promise<void> {
  const start = workloads[name];
  if (start === undefined) throw new Error(`there is no built-in workload of this name`);
  await start(args);
}
