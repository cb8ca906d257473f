import { answerRequest, showGateways } from '@/server/console';

/** Gateways with their listeners, certificates and routes. */
export const GET = answerRequest('gateways', ({ console, query }) => showGateways(console, query));
