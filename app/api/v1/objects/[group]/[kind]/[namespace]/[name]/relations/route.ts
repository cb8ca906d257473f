import { answerRequest, showRelations } from '@/server/console';

/** What stands around an object: references both ways, events, changes. */
export const GET = answerRequest('objectRelations', ({ console, params }) =>
  showRelations(console, {
    group: params['group'] ?? '',
    kind: params['kind'] ?? '',
    namespace: params['namespace'] ?? '',
    name: params['name'] ?? '',
  }),
);
