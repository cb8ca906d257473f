/** A request to explain; `headers` by name. */
export interface ExplainedRequest {
  from: string;
  method: string;
  url: string;
  headers?: Readonly<Record<string, string>>;
  /** Name of a kept draft. */
  draft?: string;
}

/** Where the request explorer is, for one request. */
export function explainPath({ from, method, url, headers = {}, draft }: ExplainedRequest): string {
  const query = new URLSearchParams({ from, r: `${method} ${url}` });
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  if (lines.length > 0) query.set('h', lines.join('\n'));
  if (draft !== undefined) query.set('draft', draft);
  return `/explain?${query}`;
}
