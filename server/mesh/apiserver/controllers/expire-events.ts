import type { ApiCore } from '../core';
import { deleteObject } from '../write/delete-object';
import { requiredKind } from './internal-write';
import type { Controller, Report } from './run-controllers';

const lifetimeMs = 3_600_000;
const periodMs = 60_000;

/** Removes Events an hour after they were last seen, as Kubernetes does. */
export function expireEvents(core: ApiCore, report: Report): Controller {
  const kind = requiredKind(core, '/events');
  const timer = setInterval(() => {
    const limit = core.now().getTime() - lifetimeMs;
    for (const event of core.store.list(kind.collection)) {
      const seen = event['lastTimestamp'] ?? event['eventTime'] ?? event.metadata.creationTimestamp;
      if (typeof seen !== 'string' || Date.parse(seen) >= limit) continue;
      deleteObject(core, event.metadata.name, { kind, namespace: event.metadata.namespace ?? '', dryRun: false }).catch((error: unknown) =>
        report('expiring events', error),
      );
    }
  }, periodMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
