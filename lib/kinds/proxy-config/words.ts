import { wordsOf } from '@/lib/i18n';
import type { Words } from '@/lib/i18n';
import { sayWho } from '../shared/say-who';
import type { ProxyConfig } from './schema';

const say = wordsOf({
  proxy_start: 'Proxies of {who} start with {settings}.',
});

/** What a ProxyConfig does, in sentences. */
export function describeProxyConfig(object: ProxyConfig): Words[] {
  const { selector: _selector, ...settings } = object.spec;
  return [say('proxy_start', { who: sayWho(object), settings: sumOf(settings) })];
}

function sumOf(settings: object): string {
  return Object.entries(settings)
    .map(([name, value]) => (typeof value === 'object' && value !== null ? sumOf(value as object) : `${name} ${String(value)}`))
    .join(', ');
}
