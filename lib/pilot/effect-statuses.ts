import { effectCondition } from '@/lib/model';
import { findObject } from './mesh-state';
import type { KubernetesResource } from '@/lib/model';
import type { MeshState } from './mesh-state';
import type { Note, ObjectStatus } from './types';

/** Groups whose objects configure proxies, in the order in which a kind's name is looked up. */
const groups = ['networking.istio.io', 'security.istio.io', 'telemetry.istio.io', 'extensions.istio.io', 'gateway.networking.k8s.io'];
const longestMessage = 2048;

interface Condition extends Record<string, unknown> {
  type: string;
}

interface Status extends Record<string, unknown> {
  conditions?: readonly Condition[];
  parents?: readonly ({ conditions?: readonly Condition[] } & Record<string, unknown>)[];
}

type WithStatus = KubernetesResource & { status?: Status };

/**
 * Statuses with one condition more where something of an object has no effect or was left out: `heddle.dev/Effective` is False and says
 * which fields and why. It becomes True when that is over. `notes`: of the objects and of all proxies.
 */
export function withEffects(state: MeshState, statuses: readonly ObjectStatus[], notes: readonly Note[]): readonly ObjectStatus[] {
  const telling = notes.filter(({ code, severity }) => code === 'not_compiled' || (code === 'no_effect' && severity !== 'info'));
  const messages = new Map<WithStatus, { lines: Set<string>; left: boolean }>();
  for (const note of telling) {
    const object = objectOf(state, note.object);
    if (object === undefined) continue;
    const entry = messages.get(object) ?? { lines: new Set<string>(), left: false };
    messages.set(object, entry);
    entry.lines.add(note.path === '' ? note.message : `${note.path}: ${note.message}`);
    entry.left ||= note.code === 'not_compiled';
  }
  for (const object of recovered(state, messages)) messages.set(object, { lines: new Set(), left: false });
  const added = [...messages].map(([object, { lines, left }]) => ({ object, condition: conditionOf(object, [...lines], left) }));
  const computed = new Set<object>();
  const completed = statuses.map((status) => {
    const entry = added.find(({ object }) => isFor(status, object));
    if (entry === undefined) return status;
    computed.add(entry.object);
    return { ...status, status: addCondition(status.status, entry.condition) };
  });
  const own = added
    .filter(({ object }) => !computed.has(object))
    .map(({ object, condition }): ObjectStatus => {
      const others = (object.status?.conditions ?? []).filter(({ type }) => type !== effectCondition);
      const { apiVersion, kind, metadata } = object;
      return { apiVersion, kind, namespace: metadata.namespace ?? '', name: metadata.name, status: { conditions: [...others, condition] } };
    });
  return [...completed, ...own];
}

function objectOf(state: MeshState, { kind, namespace, name }: Note['object']): WithStatus | undefined {
  for (const group of groups) {
    const found = findObject(state, `${group}/${kind}`, `${namespace}/${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Objects that were once told so, and of which nothing is to be said any more. */
function recovered(state: MeshState, messages: ReadonlyMap<WithStatus, unknown>): WithStatus[] {
  return [...state.tables].flatMap(([key, objects]) =>
    groups.some((group) => key.startsWith(`${group}/`))
      ? ([...objects.values()] as WithStatus[]).filter(
          (object) =>
            !messages.has(object) &&
            object.status?.conditions?.some(({ type, status }) => type === effectCondition && status === 'False') === true,
        )
      : [],
  );
}

function conditionOf(object: WithStatus, lines: readonly string[], left: boolean): Condition {
  return {
    type: effectCondition,
    status: lines.length === 0 ? 'True' : 'False',
    reason: lines.length === 0 ? 'Effective' : left ? 'NotCompiled' : 'NoEffect',
    message: lines.length === 0 ? 'Everything in it is in force' : lines.join('; ').slice(0, longestMessage),
    observedGeneration: object.metadata.generation ?? 0,
  };
}

function isFor({ apiVersion, kind, namespace, name }: ObjectStatus, object: WithStatus): boolean {
  return (
    kind === object.kind &&
    name === object.metadata.name &&
    namespace === (object.metadata.namespace ?? '') &&
    apiVersion === object.apiVersion
  );
}

/** Routes have conditions per parent, everything else its own. */
function addCondition(status: Status, condition: Condition): Status {
  if (status.parents === undefined) return { ...status, conditions: [...(status.conditions ?? []), condition] };
  return { ...status, parents: status.parents.map((parent) => ({ ...parent, conditions: [...(parent.conditions ?? []), condition] })) };
}
