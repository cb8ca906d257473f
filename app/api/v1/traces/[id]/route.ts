import { answerRequest, showTrace } from '@/server/console';

/** One trace in the order of its time line. */
export const GET = answerRequest('trace', ({ console, params }) => showTrace(console, params['id'] ?? ''));
