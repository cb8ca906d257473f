import { answerRequest, listKinds } from '@/server/console';

/** Every kind the console knows. */
export const GET = answerRequest('kinds', ({ console }) => listKinds(console));
