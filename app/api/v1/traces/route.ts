import { answerRequest, searchTraces } from '@/server/console';

/** Traces that match, newest first. */
export const GET = answerRequest('traces', ({ console, query }) => searchTraces(console, query));
