import { answerRequest, explainFlags } from '@/server/console';

/** What the state of a service explains about response flags of requests to it. */
export const GET = answerRequest('serviceFlags', ({ console, params, query }) =>
  explainFlags(console, { namespace: params['namespace'] ?? '', name: params['name'] ?? '' }, query.flags),
);
