import { answerRequest, showObject } from '@/server/console';

/** One object as YAML and JSON. `core` stands for the empty group, `-` for no namespace. */
export const GET = answerRequest('object', ({ console, params }) =>
  showObject(console, {
    group: params['group'] ?? '',
    kind: params['kind'] ?? '',
    namespace: params['namespace'] ?? '',
    name: params['name'] ?? '',
  }),
);
