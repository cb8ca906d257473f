import { expect, it } from 'vitest';
import { HeddleError } from '@/lib/errors';
import { noticesOfKinds } from './notices-of-kinds';

const gone = new HeddleError('source_unavailable', 'the API does not answer');

it('says what several kinds lack in one notice, and names the first of them', () => {
  const kinds = ['pods', 'services', 'gateways', 'sidecars', 'nodes'].map((plural) => ({ plural, state: 'syncing' as const, error: gone }));
  expect(noticesOfKinds(kinds)).toEqual([
    {
      source: 'kubernetes',
      code: 'source_unavailable',
      message: 'pods, services, gateways and 2 more kinds are not read yet: the API does not answer',
    },
  ]);
});

it('keeps apart what has another reason, and says nothing of what is read or is not there', () => {
  const denied = new HeddleError('forbidden', 'pods is forbidden');
  const said = noticesOfKinds([
    { plural: 'pods', state: 'refused', error: denied },
    { plural: 'services', state: 'reconnecting', error: gone },
    { plural: 'gateways', state: 'reconnecting', error: gone },
    { plural: 'nodes', state: 'live' },
    { plural: 'tcproutes', state: 'absent' },
  ]);
  expect(said.map(({ message }) => message)).toEqual([
    'pods may not be read: pods is forbidden',
    'services, gateways may be out of date: the API does not answer',
  ]);
});
