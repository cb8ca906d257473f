import { answerRequest, showOverview } from '@/server/console';

/** Every namespace with health and the golden signals. */
export const GET = answerRequest('overview', ({ console, query }) => showOverview(console, query));
