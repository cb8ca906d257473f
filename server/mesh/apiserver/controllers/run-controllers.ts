import type { ApiCore } from '../core';
import { collectGarbage } from './collect-garbage';
import { emptyNamespaces } from './empty-namespaces';
import { expireEvents } from './expire-events';
import { keepServiceAccounts } from './keep-service-accounts';

export interface Controller {
  stop(): void;
}

/** Where a controller says what went wrong. */
export type Report = (what: string, error: unknown) => void;

/** The controllers that belong to the API server itself. Workloads, endpoints and nodes are the kubelet's business. */
export function runControllers(core: ApiCore, report: Report): Controller {
  const controllers = [keepServiceAccounts, emptyNamespaces, collectGarbage, expireEvents].map((start) => start(core, report));
  return { stop: () => controllers.forEach((controller) => controller.stop()) };
}
