import { answerRequest, edgeSeries } from '@/server/console';

/** RED of an edge over time. */
export const GET = answerRequest('edgeSeries', ({ console, query }) => edgeSeries(console, query, query));
