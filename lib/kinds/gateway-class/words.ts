import { wordsOf } from '@/lib/i18n';
import type { Words } from '@/lib/i18n';
import type { GatewayClass } from './schema';

const say = wordsOf({
  gateway_class: 'Gateways of this class are made by {controller}.',
});

/** What a GatewayClass does, in sentences. */
export function describeGatewayClass(object: GatewayClass): Words[] {
  return [say('gateway_class', { controller: object.spec.controllerName })];
}
