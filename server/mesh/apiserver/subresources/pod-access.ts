import type { Readable } from 'node:stream';

export interface LogQuery {
  namespace: string;
  pod: string;
  container: string;
  /** Of the run before the last restart. */
  previous: boolean;
  follow: boolean;
  tailLines: number | undefined;
  limitBytes: number | undefined;
  sinceSeconds: number | undefined;
  sinceTime: string | undefined;
  timestamps: boolean;
  signal: AbortSignal;
}

/** What the API server knows of running pods only through whoever composes it. */
export interface PodAccess {
  /** The text of a container's log; ends when the log does, or never with `follow`. `undefined` when there is none. */
  openLog(query: LogQuery): Promise<Readable | undefined>;
}
