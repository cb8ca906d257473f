import { answerRequest, listRollouts, startRollout } from '@/server/console';

/** Shifts in steps, newest first, with the evidence so far. */
export const GET = answerRequest('rollouts', ({ console, query }) => listRollouts(console, query.limit));

/** Begins one: 201; 409 when a rollout controller or another manager owns the route, 428 when a reason is needed. */
export const POST = answerRequest('startRollout', ({ console, body }) => startRollout(console, body), 201);
