import { answerRequest, listMarks } from '@/server/console';

/** What changed the mesh in a window: changes, guarded shifts, rollouts of Deployments. */
export const GET = answerRequest('marks', ({ console, query }) => listMarks(console, query));
