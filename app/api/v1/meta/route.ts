import { answerRequest, showMeta } from '@/server/console';

/** What runs where: product, cluster, sources, namespaces. */
export const GET = answerRequest('meta', ({ console }) => showMeta(console));
