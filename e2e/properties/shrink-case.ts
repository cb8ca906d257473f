import type { CaseRequest, ConfigObject, PropertyCase } from './generate';
import type { Verdict } from './judge-batch';
import { judgeBatch } from './judge-batch';
import type { WireBench } from './wire';

const ROUNDS = 30;
/** Candidates tried side by side. */
const WIDTH = 16;

/** What makes two disagreements the same one. */
export function signature({ differences }: Pick<Verdict, 'differences'>): string {
  return [...new Set(differences.map(({ between, field }) => `${between} ${field}`))].sort().join('; ');
}

/**
 * Makes a disagreeing pair as small as it gets while it still disagrees about the same: all pieces that can be left out are tried side by
 * side in one configuration, the largest that can is left out, and so on.
 */
export async function shrinkCase(bench: WireBench, verdict: Verdict): Promise<Verdict> {
  const wanted = signature(verdict);
  let smallest = verdict;
  for (let round = 0; round < ROUNDS; round++) {
    const candidates = reductions({ ...smallest.propertyCase, requests: [smallest.request] }).slice(0, WIDTH);
    if (candidates.length === 0) return smallest;
    const { verdicts } = await judgeBatch(bench, candidates);
    const found = verdicts.find((candidate) => signature(candidate) === wanted);
    if (found === undefined) return smallest;
    smallest = found;
  }
  return smallest;
}

/** All cases with one piece less, large pieces first. */
function reductions(propertyCase: PropertyCase): PropertyCase[] {
  const [request] = propertyCase.requests;
  if (request === undefined) return [];
  const withObjects = (objects: readonly ConfigObject[]): PropertyCase => ({ ...propertyCase, objects });
  const withoutObject = propertyCase.objects.map((_, index) => withObjects(propertyCase.objects.filter((__, at) => at !== index)));
  const smaller = propertyCase.objects.flatMap((object, index) =>
    smallerValues(object.spec ?? {}).map((spec) =>
      withObjects(propertyCase.objects.map((one, at) => (at === index ? ({ ...one, spec } as ConfigObject) : one))),
    ),
  );
  const simpler = simplerRequests(request).map((one): PropertyCase => ({ ...propertyCase, requests: [one] }));
  return [
    ...withoutObject,
    ...simpler,
    ...smaller.toSorted((left, right) => JSON.stringify(left.objects).length - JSON.stringify(right.objects).length),
  ];
}

function simplerRequests(request: CaseRequest): CaseRequest[] {
  const { token: _token, fail: _fail, hangs: _hangs, ...plain } = request;
  return [
    ...Object.keys(request.headers).map((name) => ({
      ...request,
      headers: Object.fromEntries(Object.entries(request.headers).filter(([key]) => key !== name)),
    })),
    ...(request.token === undefined && request.fail === undefined && request.hangs === undefined ? [] : [plain]),
  ];
}

/** A value with one of its members left out, at any depth. */
function smallerValues(value: unknown): unknown[] {
  if (Array.isArray(value)) {
    const list: readonly unknown[] = value;
    return [
      ...(list.length > 1 ? list.map((_, index) => list.filter((__, at) => at !== index)) : []),
      ...list.flatMap((item, index) => smallerValues(item).map((smaller) => list.map((one, at) => (at === index ? smaller : one)))),
    ];
  }
  if (typeof value !== 'object' || value === null) return [];
  const entries = Object.entries(value);
  return [
    ...entries.map(([name]) => Object.fromEntries(entries.filter(([key]) => key !== name))),
    ...entries.flatMap(([name, item]) => smallerValues(item).map((smaller) => ({ ...value, [name]: smaller }))),
  ];
}
