import { answerRequest, previewChange } from '@/server/console';

/** What a draft would do. Writes nothing. */
export const POST = answerRequest('preview', ({ console, body }) => previewChange(console, body));
