import { isHeddleError } from '@/lib/errors';
import type { ApiCore } from '../core';
import { createObject } from '../write/create-object';
import { internalWrite, requiredKind } from './internal-write';
import type { Controller, Report } from './run-controllers';

/** Sees to it that every namespace has its ServiceAccount `default`. */
export function keepServiceAccounts(core: ApiCore, report: Report): Controller {
  const kind = requiredKind(core, '/serviceaccounts');
  const ensure = (namespace: string): void => {
    const space = core.store.latest('/namespaces', '', namespace);
    if (
      space === undefined ||
      space.metadata.deletionTimestamp !== undefined ||
      core.store.latest(kind.collection, namespace, 'default') !== undefined
    )
      return;
    createObject(core, { metadata: { name: 'default' } }, internalWrite(kind, namespace)).catch((error: unknown) => {
      const settled = isHeddleError(error) && (error.code === 'conflict' || error.code === 'not_found' || error.code === 'forbidden');
      if (!settled) report('default service account', error);
    });
  };
  const stops = [
    core.store.subscribe('/namespaces', (event) => event.type !== 'DELETED' && ensure(event.object.metadata.name)),
    core.store.subscribe(
      kind.collection,
      (event) => event.type === 'DELETED' && event.object.metadata.name === 'default' && ensure(event.object.metadata.namespace ?? ''),
    ),
  ];
  for (const space of core.store.list('/namespaces')) ensure(space.metadata.name);
  return { stop: () => stops.forEach((stop) => stop()) };
}
