import { answerRequest, stopFaults } from '@/server/console';

/** Ends the faults that were set in Heddle. */
export const POST = answerRequest('stopFaults', ({ console, body }) => stopFaults(console, body.ids));
