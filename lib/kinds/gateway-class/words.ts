import { sayWords } from '@/lib/i18n';
import type { Words } from '@/lib/i18n';
import type { GatewayClass } from './schema';

/** What a GatewayClass does, in sentences. */
export function describeGatewayClass(object: GatewayClass): Words[] {
  return [sayWords('gateway_class', { controller: object.spec.controllerName })];
}
