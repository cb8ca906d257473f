import { setTimeout as sleep } from 'node:timers/promises';
import { callService, forwardedHeaders, parseReply, serviceUrl } from '../call-service';
import { sendJson, serveHttp } from '../serve-http';
import type { WorkloadRequest } from '../serve-http';
import { fails, readFlaws } from './read-flaws';

const texts = {
  Reviewer1: 'An extremely entertaining play by Shakespeare. The slapstick humour is refreshing!',
  Reviewer2: 'Absolutely fun and entertaining. The play lacks thematic depth when compared to other plays by Shakespeare.',
} as const;

/** The colour of the stars of a version; version 1 shows none and asks nobody. */
export type StarColor = 'black' | 'red' | undefined;

/** How long to wait for ratings, as the original: the patient version has black stars. */
function ratingsTimeoutMs(color: StarColor): number {
  return color === 'black' ? 10_000 : 2500;
}

/**
 * Bookinfo's reviews. Without an answer of ratings each review says so instead of stars. `FAIL_PERCENT` and `DELAY_MS` in its
 * environment make a bad build of it.
 */
export async function startReviews(color: StarColor): Promise<void> {
  const flaws = readFlaws(process.env);
  let count = 0;
  await serveHttp(9080, async (request, response) => {
    if (request.url.pathname === '/health') {
      sendJson(response, 200, { status: 'Reviews is healthy' });
      return;
    }
    const match = /^\/reviews\/([^/]+)$/.exec(request.url.pathname);
    if (match?.[1] === undefined) {
      sendJson(response, 404, { error: 'not found' });
      return;
    }
    count += 1;
    const failed = fails(flaws, count);
    if (flaws.delayMs > 0) await sleep(flaws.delayMs);
    if (failed) {
      sendJson(response, 500, { error: 'this build of reviews fails now and then' });
      return;
    }
    sendJson(response, 200, await reviewsOf(match[1], color, request));
  });
}

async function reviewsOf(id: string, color: StarColor, request: WorkloadRequest): Promise<unknown> {
  const ratingOf = color === undefined ? () => ({}) : await askRatings(id, color, request);
  return {
    id,
    podname: process.env['HOSTNAME'] ?? '',
    clustername: process.env['CLUSTER_NAME'] ?? 'null',
    reviews: Object.entries(texts).map(([reviewer, text]) => ({ reviewer, text, ...ratingOf(reviewer) })),
  };
}

async function askRatings(id: string, color: StarColor, request: WorkloadRequest): Promise<(reviewer: string) => object> {
  const url = `${serviceUrl('ratings')}/ratings/${encodeURIComponent(id)}`;
  const reply = await callService(url, forwardedHeaders(request.headers), ratingsTimeoutMs(color));
  const ratings = reply?.status === 200 ? (parseReply(reply) as { ratings?: Record<string, number> } | undefined)?.ratings : undefined;
  if (ratings === undefined) return () => ({ rating: { error: 'Ratings service is currently unavailable' } });
  return (reviewer) => (ratings[reviewer] === undefined ? {} : { rating: { stars: ratings[reviewer], color } });
}
