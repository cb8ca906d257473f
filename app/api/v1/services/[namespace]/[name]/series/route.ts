import { answerRequest, serviceSeries } from '@/server/console';

/** RED of a service by version over time. */
export const GET = answerRequest('serviceSeries', ({ console, params, query }) =>
  serviceSeries(console, { namespace: params['namespace'] ?? '', name: params['name'] ?? '' }, query),
);
