import { answerRequest, listObjects } from '@/server/console';

/** Every object of the configuration. */
export const GET = answerRequest('objects', ({ console, query }) => listObjects(console, query));
