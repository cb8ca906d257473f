import { answerRequest, traceServices } from '@/server/console';

/** Services that have traces. */
export const GET = answerRequest('traceServices', ({ console }) => traceServices(console));
