import { answerRequest, previewUndo, undoChange } from '@/server/console';

/** Takes a change back, as a new change. */
export const POST = answerRequest('undoChange', ({ console, params, body }) => undoChange(console, params['id'] ?? '', body.reason), 201);

/** What taking it back would do. Writes nothing. */
export const GET = answerRequest('undoPreview', ({ console, params }) => previewUndo(console, params['id'] ?? ''));
