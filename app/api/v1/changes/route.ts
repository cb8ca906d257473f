import { answerRequest, applyChange, listChanges } from '@/server/console';

/** The history, newest first. */
export const GET = answerRequest('changes', ({ console, query }) => listChanges(console, query.limit));

/** Applies objects: 201, or 409 with the sides of a merge or the owners to ask. */
export const POST = answerRequest('applyChange', ({ console, body }) => applyChange(console, body), 201);
