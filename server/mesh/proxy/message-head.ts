/**
 * A head of either HTTP version as the filters and the router see it: header values become strings only when something asks for them.
 * HTTP/1 heads are offsets into the bytes read, HTTP/2 heads decoded table entries.
 */
export interface MessageHead {
  readonly version: 1 | 2;
  /** Value of a header by its lower-case name; several lines are joined by `,` as Envoy does. */
  get(name: string): string | undefined;
  /** Calls back for every regular header (not `:` ones, not host), names in lower case. */
  each(visit: (name: string, value: string) => void): void;
}

export interface RequestHead extends MessageHead {
  readonly method: string;
  /** With query. */
  readonly path: string;
  readonly authority: string;
}

export interface ResponseHead extends MessageHead {
  readonly status: number;
}
