import { readRun } from './run-file';

/** Calls the console's API as a script would. Fails with what it answered. */
// The caller says what it expects, as a page does.
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export async function callConsole<Body>(path: string, body?: unknown): Promise<Body> {
  const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(`${readRun().console}/api/v1/${path}`, body === undefined ? {} : post);
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
  return JSON.parse(text) as Body;
}
