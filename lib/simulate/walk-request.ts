import { formatDuration } from '@/lib/format';
import type { WordsCode } from '@/lib/i18n';
import type { SimulatedDestination, SimulatedRequest, Simulation, Source } from './simulation';

/** The parts of a request's way, in its order. */
export type WalkGroup = 'entry' | 'routes' | 'action' | 'destinations' | 'answer';

/** One step of a request's way: what happens, and where that is written. */
export interface WalkStep {
  /** The same step of another configuration has the same key. */
  readonly key: string;
  readonly group: WalkGroup;
  /** 1: belongs to the step of depth 0 before it. */
  readonly depth: 0 | 1 | 2;
  /** `lost`: it was tried and does not apply; `bad`: the request fails by it. */
  readonly tone: 'plain' | 'good' | 'lost' | 'bad';
  /** The sentence: a message of the catalogue and what fills it. */
  readonly code: WordsCode;
  readonly values: Readonly<Record<string, string | number>>;
  readonly source: Source | null;
}

/** A step in two configurations; `null`: not on the way. */
export interface AlignedStep {
  readonly key: string;
  readonly group: WalkGroup;
  readonly depth: 0 | 1 | 2;
  readonly live: WalkStep | null;
  readonly draft: WalkStep | null;
  readonly differs: boolean;
}

type Step = Omit<WalkStep, 'group' | 'depth' | 'values'> & { depth?: 1 | 2; values?: WalkStep['values'] };

/** A simulation as the steps a request takes: listener, host, routes tried and the one that won, what that does, destinations, answer. */
export function walkRequest(simulation: Simulation, from: string, request: SimulatedRequest): WalkStep[] {
  const groups: Record<WalkGroup, Step[]> = {
    entry: entrySteps(simulation, from, request),
    routes: routeSteps(simulation),
    action: actionSteps(simulation),
    destinations: destinationSteps(simulation),
    answer: [answerStep(simulation)],
  };
  return (Object.entries(groups) as [WalkGroup, Step[]][]).flatMap(([group, steps]) =>
    steps.map((step): WalkStep => ({ ...step, group, depth: step.depth ?? 0, values: step.values ?? {} })),
  );
}

function entrySteps(simulation: Simulation, from: string, request: SimulatedRequest): Step[] {
  const { listener, virtualHost, sources, statusReason = '' } = simulation;
  if (listener === '') return [{ key: 'listener', tone: 'plain', code: 'walk_direct', values: { from }, source: null }];
  const steps: Step[] = [{ key: 'listener', tone: 'plain', code: 'walk_listener', values: { from, listener }, source: sources.listener }];
  const reached = simulation.route !== '' || simulation.tried.length > 0 || virtualHost !== '';
  if (virtualHost !== '')
    steps.push({ key: 'host', tone: 'plain', code: 'walk_host', values: { host: virtualHost }, source: sources.host });
  else if (simulation.clusters.length === 0 && !reached)
    steps.push({ key: 'host', tone: 'bad', code: 'walk_no_host', values: { host: request.host, reason: statusReason }, source: null });
  return steps;
}

function routeSteps(simulation: Simulation): Step[] {
  const steps = simulation.tried.map(({ object, path, match, failed }): Step => ({
    key: `rule ${object} ${match ?? path}`,
    tone: 'lost',
    code: 'walk_lost',
    values: { failed, where: placeText(object, match ?? path) },
    source: object.includes(' ') ? { object, path: match ?? path } : null,
  }));
  const { object, path, route } = simulation;
  if (object === '') return steps;
  const source: Source = { object, path };
  const isOwn = object.startsWith('Service ');
  steps.push({
    key: `rule ${object} ${path}`,
    tone: 'good',
    code: isOwn ? 'walk_won_service' : 'walk_won',
    values: { where: placeText(object, path), route },
    source,
  });
  return steps;
}

/** `reviews spec.http[1]` of `VirtualService default/reviews`. */
function placeText(object: string, path: string): string {
  const name = object.slice(object.indexOf('/') + 1);
  return path === '' || path === 'spec' ? name : `${name} ${path.replace(/^spec\./, '')}`;
}

/** A field of the rule that decides; nothing where no object was written for it. */
function fieldOf({ object, path }: Simulation, field: string): Source | null {
  if (object === '' || object.startsWith('Service ')) return null;
  return { object, path: path === '' ? field : `${path}.${field}` };
}

function actionSteps(simulation: Simulation): Step[] {
  const { fault, timeoutMs, retries, retryOn, mirror, upstream, location, clusters } = simulation;
  const steps: Step[] = [];
  const { delay, abort } = fault ?? {};
  if (delay !== undefined)
    steps.push({
      key: 'delay',
      tone: 'bad',
      code: 'walk_delay',
      values: { percent: delay.percent, delay: formatDuration(delay.ms) },
      source: fieldOf(simulation, 'fault.delay'),
    });
  if (abort !== undefined)
    steps.push({
      key: 'abort',
      tone: 'bad',
      code: 'walk_abort',
      values: { percent: abort.percent, status: abort.status ?? `gRPC ${abort.grpcStatus ?? ''}` },
      source: fieldOf(simulation, 'fault.abort'),
    });
  if (location !== undefined)
    steps.push({ key: 'redirect', tone: 'plain', code: 'walk_redirect', values: { location }, source: fieldOf(simulation, 'redirect') });
  if (upstream !== undefined)
    steps.push({
      key: 'rewrite',
      tone: 'plain',
      code: 'walk_rewrite',
      values: { target: `${upstream.host}${upstream.path}` },
      source: fieldOf(simulation, 'rewrite'),
    });
  if (clusters.length > 0 && simulation.virtualHost !== '') {
    steps.push(
      timeoutMs === 0
        ? { key: 'timeout', tone: 'plain', code: 'walk_no_timeout', source: fieldOf(simulation, 'timeout') }
        : {
            key: 'timeout',
            tone: 'plain',
            code: 'walk_timeout',
            values: { timeout: formatDuration(timeoutMs) },
            source: fieldOf(simulation, 'timeout'),
          },
      retries === 0
        ? { key: 'retries', tone: 'plain', code: 'walk_no_retries', source: fieldOf(simulation, 'retries') }
        : {
            key: 'retries',
            tone: 'plain',
            code: 'walk_retries',
            values: { attempts: retries, conditions: retryOn.join(', ') },
            source: fieldOf(simulation, 'retries'),
          },
    );
  }
  for (const { name, percent } of mirror)
    steps.push({
      key: `mirror ${name}`,
      tone: 'plain',
      code: 'walk_mirror',
      values: { percent, destination: clusterText(name) },
      source: fieldOf(simulation, 'mirror'),
    });
  return steps;
}

/** `reviews:9080 subset v2` of an Envoy cluster's name; other names as they are. */
function clusterText(name: string): string {
  const [direction, port = '', subset = '', host = ''] = name.split('|');
  if (direction !== 'outbound') return name;
  const short = host.replace(/\.svc\.cluster\.local$/, '');
  return `${short}:${port}${subset === '' ? '' : ` subset ${subset}`}`;
}

function destinationSteps(simulation: Simulation): Step[] {
  const { clusters, destinations, sources } = simulation;
  const named = clusters.length > 0 ? clusters : [{ name: '', weight: 100 }];
  return named.flatMap(({ name, weight }, index): Step[] => {
    const own = destinations.filter((one) => one.cluster === name);
    if (name === '' && own.length === 0) return [];
    const head: Step[] =
      name === ''
        ? []
        : [
            {
              key: `cluster ${name}`,
              tone: 'plain',
              code: 'walk_cluster',
              values: { weight: Number(weight.toFixed(2)), destination: clusterText(name) },
              source: sources.clusters[index] ?? null,
            },
          ];
    const [first] = own;
    const made = first?.source ?? null;
    if (name !== '' && made !== null)
      head.push({
        key: `made ${name}`,
        depth: 1,
        tone: 'plain',
        code: made.object.startsWith('DestinationRule ') ? 'walk_rule' : 'walk_no_rule',
        values: { object: placeText(made.object, made.path) },
        source: made,
      });
    return [...head, ...own.flatMap((one) => workloadSteps(one))];
  });
}

function workloadSteps(one: SimulatedDestination): Step[] {
  const key = `${one.cluster} ${one.workload}`;
  const isNone = one.endpoints === 0 && one.status !== undefined;
  const steps: Step[] = [
    {
      key: `endpoints ${key}`,
      depth: 1,
      tone: isNone ? 'bad' : 'plain',
      code: one.endpoints > 0 ? 'walk_endpoints' : isNone ? 'walk_no_endpoint' : 'walk_outside',
      values: { count: one.endpoints, workload: one.workload, version: one.version ?? '' },
      source: null,
    },
  ];
  if (one.endpoints === 0) return steps;
  const { verdict, object, path, reason = '' } = one.authorization;
  steps.push({
    key: `mtls ${key}`,
    depth: 2,
    tone: one.status === 503 ? 'bad' : 'plain',
    code: one.status === 503 ? 'walk_not_connected' : one.mtls ? 'walk_mtls' : 'walk_plaintext',
    values: { reason },
    // Of a Service without a policy of its own nothing is written that decides.
    source: one.tlsSource?.object.startsWith('PeerAuthentication ') === true ? one.tlsSource : null,
  });
  if (one.status === 503) return steps;
  steps.push({
    key: `authorization ${key}`,
    depth: 2,
    tone: verdict === 'deny' ? 'bad' : 'plain',
    code: verdict === 'deny' ? 'walk_denied' : object === undefined ? 'walk_allowed' : 'walk_allowed_by',
    values: { reason, status: one.status ?? 403, object: object ?? '' },
    source: object === undefined ? null : { object, path: path ?? '' },
  });
  return steps;
}

function answerStep({ status, statusReason = '', destinations }: Simulation): Step {
  const step = { key: 'answer', source: null } as const;
  if (status !== undefined && status !== null) {
    const tone = status >= 400 || status === 0 ? 'bad' : 'good';
    return { ...step, tone, code: 'walk_answer_status', values: { status, reason: statusReason === '' ? '' : `: ${statusReason}` } };
  }
  const failing = destinations.filter((one) => one.status !== undefined && one.status >= 400).length;
  if (failing > 0) return { ...step, tone: 'bad', code: 'walk_answer_mixed', values: { failing, all: destinations.length } };
  return { ...step, tone: 'good', code: 'walk_answer_application' };
}

/** Two ways beside each other. Steps of one key share a row; the order is the draft's, with what only the live way has where it was. */
export function alignWalks(live: readonly WalkStep[], draft: readonly WalkStep[]): AlignedStep[] {
  const groups: readonly WalkGroup[] = ['entry', 'routes', 'action', 'destinations', 'answer'];
  return groups.flatMap((group) => {
    const [mine, theirs] = [draft, live].map((steps) => steps.filter((step) => step.group === group));
    const rows: AlignedStep[] = [];
    const waiting = [...(theirs ?? [])];
    const onlyLive = (step: WalkStep): AlignedStep => ({
      key: step.key,
      group,
      depth: step.depth,
      live: step,
      draft: null,
      differs: true,
    });
    for (const step of mine ?? []) {
      const at = waiting.findIndex((one) => one.key === step.key);
      const [partner] = at === -1 ? [] : waiting.slice(at, at + 1);
      if (partner !== undefined)
        rows.push(
          ...waiting
            .splice(0, at + 1)
            .slice(0, at)
            .map(onlyLive),
        );
      rows.push({
        key: step.key,
        group,
        depth: step.depth,
        live: partner ?? null,
        draft: step,
        differs: partner === undefined || !sameStep(partner, step),
      });
    }
    return [...rows, ...waiting.map(onlyLive)];
  });
}

function sameStep(left: WalkStep, right: WalkStep): boolean {
  return left.tone === right.tone && left.code === right.code && JSON.stringify(left.values) === JSON.stringify(right.values);
}
