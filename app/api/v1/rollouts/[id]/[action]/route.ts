import { actOnRollout, answerRequest } from '@/server/console';

/** `pause`, `resume`, `next`, `promote` or `abort`. */
export const POST = answerRequest('actOnRollout', ({ console, params }) =>
  actOnRollout(console, params['id'] ?? '', params['action'] ?? ''),
);
