import { answerRequest, checkRights } from '@/server/console';

/** What the user may do with a kind in a namespace. */
export const GET = answerRequest('rights', ({ console, query }) => checkRights(console, query));
