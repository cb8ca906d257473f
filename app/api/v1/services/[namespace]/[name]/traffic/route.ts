import { answerRequest, showTraffic } from '@/server/console';

/** The traffic editor's model of a service. */
export const GET = answerRequest('serviceTraffic', ({ console, params, query }) =>
  showTraffic(console, { namespace: params['namespace'] ?? '', name: params['name'] ?? '' }, query.caller),
);
