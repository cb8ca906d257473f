import type { KubernetesResource } from '@/lib/model';
import { kindOf } from './define-finding';
import { remoteClusterOf } from './remote-cluster';
import { topicsOf } from './topics';
import type { TopicSettings } from './topics';
import { workloadOf } from './workload';

const nobody: ReadonlySet<KubernetesResource> = new Set();

/** `group/Kind namespace/name`, with `@cluster` when it is of another cluster. */
export function objectKey(object: KubernetesResource): string {
  const cluster = remoteClusterOf(object);
  return `${kindOf(object)} ${object.metadata.namespace ?? ''}/${object.metadata.name}${cluster === undefined ? '' : `@${cluster}`}`;
}

interface Listed {
  object: KubernetesResource;
  topics: readonly string[];
}

/** All objects, listed under their topics. */
export class MeshIndex {
  readonly #objects = new Map<string, Listed>();
  readonly #topics = new Map<string, Set<KubernetesResource>>();
  readonly #settings: TopicSettings;

  constructor(settings: TopicSettings) {
    this.#settings = settings;
  }

  get(key: string): KubernetesResource | undefined {
    return this.#objects.get(key)?.object;
  }

  objects(): KubernetesResource[] {
    return [...this.#objects.values()].map((one) => one.object);
  }

  under(topic: string): ReadonlySet<KubernetesResource> {
    return this.#topics.get(topic) ?? nobody;
  }

  /** Puts an object in place of its former version. Returns the topics with a new answer; `?topic` when it is now answered at all, or no more. */
  put(object: KubernetesResource): string[] {
    const key = objectKey(object);
    const before = this.#objects.get(key);
    if (before?.object === object) return [];
    const topics = readTopics(object, this.#settings);
    this.#objects.set(key, { object, topics });
    const changed = new Set<string>();
    for (const topic of before?.topics ?? []) {
      this.#topics.get(topic)?.delete(before?.object ?? object);
      changed.add(topic);
    }
    for (const topic of topics) {
      let listed = this.#topics.get(topic);
      if (listed === undefined) this.#topics.set(topic, (listed = new Set()));
      if (listed.size === 0 && !changed.has(topic)) changed.add(`?${topic}`);
      listed.add(object);
      changed.add(topic);
    }
    for (const topic of before?.topics ?? []) if (this.under(topic).size === 0) changed.add(`?${topic}`);
    // A pod's status changes all the time: what nobody asks about is no news.
    return before !== undefined && looksSame(before.object, object) ? [] : [...changed];
  }

  /** Takes an object out; returns the topics with a new answer. */
  remove(key: string): string[] {
    const before = this.#objects.get(key);
    if (before === undefined) return [];
    this.#objects.delete(key);
    return before.topics.flatMap((topic) => {
      const listed = this.#topics.get(topic);
      listed?.delete(before.object);
      if (listed?.size !== 0) return [topic];
      this.#topics.delete(topic);
      return [topic, `?${topic}`];
    });
  }
}

/** An object whose shape is broken says nothing about anything but itself. */
function readTopics(object: KubernetesResource, settings: TopicSettings): string[] {
  try {
    return topicsOf(object, settings);
  } catch {
    return [];
  }
}

function looksSame(before: KubernetesResource, after: KubernetesResource): boolean {
  const left = workloadOf(before);
  const right = workloadOf(after);
  return left !== undefined && right !== undefined && JSON.stringify(left) === JSON.stringify(right);
}
