import { answerRequest, workloadSeries } from '@/server/console';

/** RED of a workload over time. */
export const GET = answerRequest('workloadSeries', ({ console, params, query }) =>
  workloadSeries(console, { namespace: params['namespace'] ?? '', name: params['name'] ?? '' }, query),
);
