import type { VirtualService } from '@/lib/kinds';
import { defineFinding, kindKeys, nameOf } from '../define-finding';
import type { ObjectName } from '../finding';
import type { MeshView } from '../mesh-view';
import { callersOf, longestWaitMs, rulesTo, triesOf } from '../read-callers';

const inWords = (ms: number) => (ms >= 1000 ? `${ms / 1000} s` : `${ms} ms`);
const short = (host: string) => host.split('.')[0] ?? host;

/** How long everybody who calls a host waits at most; `undefined` when some route to it has no limit, or none is known. */
function patienceOf(mesh: MeshView, host: string): { ms: number; object: ObjectName } | undefined {
  let longest: { ms: number; object: ObjectName } | undefined;
  for (const { rule, object } of rulesTo(mesh, host)) {
    const ms = longestWaitMs(rule);
    if (ms === undefined) return undefined;
    if (longest === undefined || ms > longest.ms) longest = { ms, object: nameOf(object) };
  }
  return longest;
}

const path = (ratings: string, reviews: string) => `# reviews may call ratings: the policy names its service account
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: ratings, namespace: default }
spec:
  selector: { matchLabels: { app: ratings } }
  rules: [{ from: [{ source: { principals: [cluster.local/ns/default/sa/reviews] } }] }]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: default }
spec: { hosts: [reviews], http: [{ ${reviews}, route: [{ destination: { host: reviews } }] }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: ratings, namespace: default }
spec: { hosts: [ratings], http: [{ ${ratings}, route: [{ destination: { host: ratings } }] }] }`;

export const callerGivesUp = defineFinding({
  code: 'HED0321',
  severity: 'info',
  title: 'The caller gives up earlier',
  cause:
    'A service may be kept waiting for its answer longer than those who call it wait for theirs. Tries that come after that are work for nobody. Callers are known as far as policies (service accounts) and routes (sourceLabels) name them.',
  example: path('retries: { attempts: 3, perTryTimeout: 2s }', 'timeout: 3s'),
  fix: 'Let timeouts shrink along the path: the timeout and all tries of a call must fit into the timeout of the call it serves.',
  kinds: [kindKeys.virtualService],
  check(object: VirtualService, mesh, report) {
    const namespace = object.metadata.namespace ?? '';
    for (const [index, rule] of (object.spec.http ?? []).entries()) {
      const wait = longestWaitMs(rule);
      if (wait === undefined) continue;
      const hosts = new Set((rule.route ?? []).map(({ destination }) => mesh.resolve(destination.host, namespace)));
      const told = new Set<string>();
      for (const host of hosts) {
        for (const caller of callersOf(mesh, host)) {
          const patience = patienceOf(mesh, caller);
          if (patience === undefined || patience.ms >= wait || told.has(caller)) continue;
          told.add(caller);
          report(
            `spec.http[${index}].${rule.timeout === undefined ? 'retries' : 'timeout'}`,
            `${short(caller)} may wait ${inWords(wait)} for ${short(host)}, and whoever calls ${short(caller)} gives up after ${inWords(patience.ms)}`,
            { related: [patience.object] },
          );
        }
      }
    }
  },
});

const manyTries = 8;
const tooManyTries = 20;
const longestPath = 5;
/** Services looked at for one finding: in meshes where everybody may call everybody, paths are without number. */
const mostServices = 40;

interface Path {
  host: string;
  tries: number;
  /** Services on the way, the first caller first. */
  steps: readonly { host: string; tries: number }[];
}

/** The worst multiplication of a request on its way to a host, of the paths of up to five services. */
function worstPath(mesh: MeshView, host: string, tries: number): Path {
  let worst: Path = { host, tries, steps: [{ host, tries }] };
  let ends: Path[] = [worst];
  let looked = 0;
  for (let length = 1; length < longestPath; length += 1) {
    const longer = new Map<string, Path>();
    for (const end of ends) {
      if ((looked += 1) > mostServices) return worst;
      for (const caller of callersOf(mesh, end.host)) {
        if (end.steps.some((step) => step.host === caller)) continue;
        const own = Math.max(1, ...rulesTo(mesh, caller).map(({ rule }) => triesOf(rule)));
        const path = { host: caller, tries: end.tries * own, steps: [{ host: caller, tries: own }, ...end.steps] };
        if (path.tries > (longer.get(caller)?.tries ?? 0)) longer.set(caller, path);
        if (path.tries > worst.tries) worst = path;
      }
    }
    ends = [...longer.values()];
  }
  return worst;
}

export const multipliedRetries = defineFinding({
  code: 'HED0322',
  severity: 'info',
  title: 'Retries multiply along a path',
  cause:
    'Each service on the way repeats its call, and every repetition makes the next one repeat all of its own. A service that is slow or failing gets many times the load it had: outages last longer that way. Callers are known as far as policies (service accounts) and routes (sourceLabels) name them.',
  example: path('retries: { attempts: 3 }', 'retries: { attempts: 3 }'),
  fix: 'Retry at one place of a path, next to what fails, and set attempts: 0 at the others; or limit retries by a budget (connectionPool.http.maxRetries).',
  kinds: [kindKeys.virtualService],
  check(object: VirtualService, mesh, report) {
    const namespace = object.metadata.namespace ?? '';
    for (const [index, rule] of (object.spec.http ?? []).entries()) {
      const tries = triesOf(rule);
      if (tries === 1) continue;
      for (const host of new Set((rule.route ?? []).map(({ destination }) => mesh.resolve(destination.host, namespace)))) {
        const worst = worstPath(mesh, host, tries);
        if (worst.tries === tries || worst.tries < manyTries) continue;
        report(
          `spec.http[${index}].retries.attempts`,
          `One request may become ${worst.tries} to ${short(host)}: ${worst.steps.map((step) => `${short(step.host)} ×${step.tries}`).join(', ')}`,
          worst.tries >= tooManyTries ? { severity: 'warning' } : {},
        );
        break;
      }
    }
  },
});
