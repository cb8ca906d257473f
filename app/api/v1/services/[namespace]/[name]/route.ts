import { answerRequest, showService } from '@/server/console';

/** One service: versions, callers, objects, routes. */
export const GET = answerRequest('service', ({ console, params, query }) =>
  showService(console, { namespace: params['namespace'] ?? '', name: params['name'] ?? '' }, query.duration),
);
