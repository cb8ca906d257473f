import { answerRequest, undoChange } from '@/server/console';

/** Takes a change back, as a new change. */
export const POST = answerRequest('undoChange', ({ console, params, body }) => undoChange(console, params['id'] ?? '', body.reason), 201);
