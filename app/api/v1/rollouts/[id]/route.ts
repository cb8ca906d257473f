import { answerRequest, showRollout } from '@/server/console';

/** One shift in steps. */
export const GET = answerRequest('rollout', ({ console, params }) => showRollout(console, params['id'] ?? ''));
