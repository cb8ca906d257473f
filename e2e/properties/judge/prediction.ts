import type { Explanation } from '@/lib/routing';
import type { PodName } from '../generate';

/** One way a request may end. What is undefined is not foretold. */
export interface Outcome {
  /** 0: the connection is closed without an answer. */
  readonly status: number;
  /** Envoy cluster; empty when no cluster is asked. */
  readonly cluster: string;
  /** Pods that may answer or be asked; empty when none is. */
  readonly pods: readonly PodName[];
  /** Tries that reach an application. */
  readonly attempts?: number;
  readonly path?: string;
  readonly host?: string;
  /** Request headers as the application gets them; null: absent. */
  readonly requestHeaders?: Readonly<Record<string, readonly string[] | null>>;
  readonly responseHeaders?: Readonly<Record<string, readonly string[] | null>>;
  readonly mtls?: boolean;
  readonly body?: string;
}

/** What `decide()` and its kin say beforehand. */
export interface Prediction {
  /** All ends that chance allows; one when nothing is left to chance. */
  readonly outcomes: readonly Outcome[];
  /** Milliseconds that the answer takes at least. */
  readonly delayMs: number;
  /** Clusters that get a copy. */
  readonly mirrors: readonly string[] | null;
  /** Policies of which one refuses, `AuthorizationPolicy ns/name`: which, depends on the pod. */
  readonly refusedBy: readonly string[];
  /** The reasons, for the statistics of fields. */
  readonly explanation: Explanation | null;
  readonly branches: readonly string[];
}
