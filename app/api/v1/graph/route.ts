import { answerRequest } from '@/server/console';

/** Who talks to whom (CONTRACTS §5). */
export const GET = answerRequest('graph', ({ console, query }) => console.graphs.graph(query));
