import { answerRequest, traceOperations } from '@/server/console';

/** Operations of a service that has traces. */
export const GET = answerRequest('traceOperations', ({ console, query }) => traceOperations(console, query.service));
