import { answerRequest, listSeenRequests } from '@/server/console';

/** Callers, and requests of one of them that were seen. */
export const GET = answerRequest('seenRequests', ({ console, query }) => listSeenRequests(console, query.from));
