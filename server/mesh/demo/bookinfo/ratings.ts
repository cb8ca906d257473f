import { readBody, sendJson, serveHttp } from '../serve-http';

/** Bookinfo's ratings: two reviewers' stars per book, kept in memory; POST sets those of one book. */
export async function startRatings(): Promise<void> {
  const kept = new Map<number, Record<string, number>>();
  await serveHttp(9080, async (request, response) => {
    if (request.url.pathname === '/health') {
      sendJson(response, 200, { status: 'Ratings is healthy' });
      return;
    }
    const match = /^\/ratings\/([^/]+)$/.exec(request.url.pathname);
    if (match === null) {
      sendJson(response, 404, { error: 'not found' });
      return;
    }
    const id = Number(match[1]);
    if (!Number.isInteger(id)) {
      sendJson(response, 400, { error: 'please provide numeric product ID' });
      return;
    }
    if (request.method === 'POST') {
      const ratings = parseRatings((await readBody(request.incoming)).toString('utf8'));
      if (ratings === undefined) {
        sendJson(response, 400, { error: 'please provide valid ratings JSON' });
        return;
      }
      kept.set(id, ratings);
    }
    sendJson(response, 200, { id, ratings: kept.get(id) ?? { Reviewer1: 5, Reviewer2: 4 } });
  });
}

function parseRatings(text: string): Record<string, number> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return Object.values(value).every((stars) => typeof stars === 'number') ? (value as Record<string, number>) : undefined;
  } catch {
    return undefined;
  }
}
