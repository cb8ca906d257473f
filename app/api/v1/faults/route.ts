import { answerRequest, listFaults } from '@/server/console';

/** Faults that are live, and when they end. */
export const GET = answerRequest('faults', ({ console }) => listFaults(console));
