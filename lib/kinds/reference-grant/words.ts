import { wordsOf } from '@/lib/i18n';
import type { Words } from '@/lib/i18n';
import type { ReferenceGrant } from './schema';

const say = wordsOf({
  grant: '{from} may refer to {to} of {namespace}.',
});

/** What a ReferenceGrant does, in sentences. */
export function describeReferenceGrant(object: ReferenceGrant): Words[] {
  const to = object.spec.to.map((one) => `${one.kind}${one.name === undefined ? '' : ` ${one.name}`}`).join(', ');
  return object.spec.from.map((one) =>
    say('grant', { from: `${one.kind} (${one.namespace})`, to, namespace: object.metadata.namespace ?? 'default' }),
  );
}
