import { answerRequest, explainRequest } from '@/server/console';

/** The way of one request, live and under a draft. Writes nothing. */
export const POST = answerRequest('explain', ({ console, body }) => explainRequest(console, body));
