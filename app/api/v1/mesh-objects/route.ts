import { answerRequest, listMeshObjects } from '@/server/console';

/** Everything that findings about a draft depend on. */
export const GET = answerRequest('meshObjects', ({ console }) => listMeshObjects(console));
