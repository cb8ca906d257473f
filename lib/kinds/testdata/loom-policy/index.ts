import { wordsOf } from '@/lib/i18n';
import type { Words } from '@/lib/i18n';
import { z } from 'zod';
import { defineKind } from '../../define-kind';
import type { KubernetesObject, RuleReport } from '../../define-kind';
import { as, describeFields, oneOf } from '../../field-notes';

/** A kind that nobody has: one folder, with everything that a kind says of itself. Tests put it in the registry. */
const loomPolicySpec = describeFields(
  z.object({
    host: z.string(),
    threads: z.int().optional(),
    tension: z.enum(['SLACK', 'TIGHT']).optional(),
    shuttles: z.array(z.object({ name: z.string(), destination: z.object({ host: z.string(), subset: z.string().optional() }) })).optional(),
    selector: z.object({ matchLabels: z.record(z.string(), z.string()).optional() }).optional(),
  }),
  {
    host: as('host', 'The service that is woven.'),
    threads: 'How many threads the loom has.',
    tension: oneOf('How tight the threads are.', { SLACK: 'Loose.', TIGHT: 'Firm.' }),
    shuttles: 'What goes to and fro.',
    'shuttles[].name': 'What the shuttle is called.',
    'shuttles[].destination': as('destination', 'Where the shuttle goes.'),
    'shuttles[].destination.host': 'Its host.',
    'shuttles[].destination.subset': 'Its subset.',
    selector: 'The pods that weave.',
    'selector.matchLabels': as('labels', 'Labels of the pods.'),
  },
);

type LoomPolicy = KubernetesObject<z.infer<typeof loomPolicySpec>>;

const say = wordsOf({ woven: '{host} is woven with {threads, plural, one {one thread} other {# threads}}.' });

function checkLoomPolicy({ spec }: LoomPolicy, report: RuleReport): void {
  if ((spec.threads ?? 1) < 1) report.error('spec.threads', 'a loom needs a thread');
}

function describeLoomPolicy({ spec }: LoomPolicy): Words[] {
  return [say('woven', { host: spec.host, threads: spec.threads ?? 1 })];
}

export const loomPolicyKind = defineKind({
  group: 'weave.example.com',
  kind: 'LoomPolicy',
  plural: 'loompolicies',
  shortNames: ['loom'],
  versions: ['v1'],
  namespaced: true,
  spec: loomPolicySpec,
  rules: checkLoomPolicy,
  describe: describeLoomPolicy,
  summary: 'How a service is woven.',
  about: 'host',
  acts: 'policy',
  form: { groups: [{ title: 'The loom', fields: ['host', 'threads', 'tension', 'shuttles', 'selector'] }], begin: { threads: 3 } },
  references: { host: 'host', 'shuttles[].destination': 'destination', 'selector.matchLabels': 'labels' },
  example: `apiVersion: weave.example.com/v1
kind: LoomPolicy
metadata:
  name: reviews
  namespace: default
spec:
  host: reviews
  threads: 3
  shuttles:
  - name: left
    destination:
      host: ratings
      subset: v2
`,
  printerColumns: [{ name: 'Host', jsonPath: '.spec.host', description: 'The service that is woven' }],
});
