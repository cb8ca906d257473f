import { answerRequest, groupSeries } from '@/server/console';

/** RED of what reaches a set of workloads over time. */
export const GET = answerRequest('groupSeries', ({ console, query }) => groupSeries(console, query, query));
