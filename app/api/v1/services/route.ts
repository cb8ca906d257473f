import { answerRequest, listServices } from '@/server/console';

/** All services. */
export const GET = answerRequest('services', ({ console, query }) => listServices(console, query));
