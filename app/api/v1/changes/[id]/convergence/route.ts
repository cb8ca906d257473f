import { answerRequest, checkConvergence } from '@/server/console';

/** Which proxies have a change, and whether traffic goes as asked. */
export const GET = answerRequest('convergence', ({ console, params }) => checkConvergence(console, params['id'] ?? ''));
