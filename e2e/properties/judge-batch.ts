import type { CaseRequest, PodName, PropertyCase } from './generate';
import type { Answer, Difference, Prediction } from './judge';
import { compareWires, compareWithPrediction, describeAnswer, foretellRequest } from './judge';
import { buildWorld, SLOTS } from './mesh/build-world';
import type { Wire } from './mesh/build-world';
import type { CompiledWorld } from './mesh/merge-proxies';
import { compileWorld } from './mesh/merge-proxies';
import type { Observation, WireBench } from './wire';

/** One pair, judged. */
export interface Verdict {
  readonly propertyCase: PropertyCase;
  readonly request: CaseRequest;
  readonly prediction: Prediction;
  readonly answers: ReadonlyMap<Wire, Answer>;
  readonly differences: readonly Difference[];
  readonly compiled: CompiledWorld;
}

export interface BatchResult {
  readonly verdicts: readonly Verdict[];
  /** Cases that could not be put in force, with the reason. */
  readonly broken: readonly { readonly propertyCase: PropertyCase; readonly reason: string }[];
  readonly refusals: readonly string[];
}

/** Runs at the same time begin at different addresses. */
let slots = process.pid % SLOTS;
let agents = 0;

interface Placed {
  readonly propertyCase: PropertyCase;
  readonly worlds: ReadonlyMap<Wire, CompiledWorld>;
}

/** Puts cases in force side by side, sends their requests over every wire, and compares. */
export async function judgeBatch(bench: WireBench, cases: readonly PropertyCase[]): Promise<BatchResult> {
  const broken: { propertyCase: PropertyCase; reason: string }[] = [];
  const placed: Placed[] = [];
  for (const propertyCase of cases) {
    try {
      placed.push({ propertyCase, worlds: place(bench, propertyCase) });
    } catch (error) {
      broken.push({ propertyCase, reason: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  }
  const refusals = await bench.apply(placed.flatMap(({ worlds }) => [...worlds.values()]));
  const pairs = placed.flatMap(({ propertyCase, worlds }) => propertyCase.requests.map((request) => ({ propertyCase, worlds, request })));
  const tokens = pairs.map(({ request }) => (request.token === undefined ? null : bench.issuer.sign(request.token)));
  const sendings = pairs.flatMap(({ worlds, request }, index) =>
    [...worlds.values()].map(({ world }) => ({ world, request, token: tokens[index] ?? null, agent: `pair/${++agents}` })),
  );
  const observations = await bench.observe(sendings);
  const wires = bench.wires.length;
  const verdicts = pairs.flatMap(({ propertyCase, worlds, request }, index): Verdict[] => {
    const own = observations.slice(index * wires, (index + 1) * wires);
    try {
      return [judge(bench.wires, { propertyCase, request, worlds, token: tokens[index] ?? null, observations: own })];
    } catch (error) {
      // Whoever makes a case smaller may leave out what a request needs to have an entrance at all.
      broken.push({ propertyCase, reason: error instanceof Error ? (error.stack ?? error.message) : String(error) });
      return [];
    }
  });
  return { verdicts, broken, refusals };
}

function place(bench: WireBench, { objects, requests }: PropertyCase): ReadonlyMap<Wire, CompiledWorld> {
  const connections = requests.some(({ protocol }) => protocol !== 'http');
  const callers = new Set<PodName>(requests.map(({ from }) => from));
  const slot = slots++;
  return new Map(
    bench.wires.map((wire) => [wire, compileWorld(buildWorld(wire, slot, objects, connections, { jwks: bench.issuer.jwks }), callers)]),
  );
}

interface Sent {
  readonly propertyCase: PropertyCase;
  readonly request: CaseRequest;
  readonly worlds: ReadonlyMap<Wire, CompiledWorld>;
  readonly token: string | null;
  readonly observations: readonly Observation[];
}

function judge(wires: readonly Wire[], { propertyCase, request, worlds, token, observations }: Sent): Verdict {
  const compiled = worlds.get('heddle') as CompiledWorld;
  const prediction = foretellRequest(compiled, request, token);
  const answers = new Map<Wire, Answer>();
  const differences: Difference[] = [];
  // A simulation takes signatures to be right: what a forged one brings is between the wires.
  const foretold = request.token === undefined || request.token.signer !== 'stranger';
  for (const [index, wire] of wires.entries()) {
    const observation = observations[index] as Observation;
    const answer = describeAnswer((worlds.get(wire) as CompiledWorld).world, observation);
    answers.set(wire, answer);
    if (foretold) differences.push(...compareWithPrediction(wire, prediction, observation, answer));
  }
  const [heddle, envoy] = [answers.get('heddle'), answers.get('envoy')];
  // Whether a server notices first that its caller gave up, or that the call took too long, is a race.
  // Envoy's copies name the machine's own address as their sender, wherever it listens; and where only one of several pods refuses, chance
  // decides whether a copy arrives.
  const copiesAgree = !(
    prediction.mirrors !== null &&
    prediction.mirrors.length > 0 &&
    propertyCase.objects.some(
      ({ kind, spec }) =>
        /remoteIp|RemoteIp|remote\.ip/.test(JSON.stringify(spec)) ||
        (/^(AuthorizationPolicy|PeerAuthentication)$/.test(kind) && JSON.stringify(spec?.['selector'] ?? {}).includes('version')),
    )
  );
  if (heddle !== undefined && envoy !== undefined)
    differences.push(...compareWires(prediction, heddle, envoy, { copiesAgree, serversAgree: request.hangs !== true }));
  return { propertyCase, request, prediction, answers, differences, compiled };
}
