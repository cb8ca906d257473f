'use client';

import { type ReactNode, memo } from 'react';
import type { Widget } from '@/lib/kinds';
import { useChoices } from './form-control';
import { writeHost } from './write-host';

const byWidget: Partial<Record<Widget, string>> = {
  host: 'editor-hosts',
  namespace: 'editor-namespaces',
  exportTo: 'editor-exports',
  gateway: 'editor-gateways',
  secret: 'editor-secrets',
  serviceAccount: 'editor-accounts',
  service: 'editor-services',
  method: 'editor-methods',
};

/** Names of the lists of suggestions; each is in the page once, however many fields use it. */
export const listIds = {
  ports: 'editor-ports',
  statuses: 'editor-statuses',
  labels: 'editor-labels',
  of: (widget: Widget): string | undefined => byWidget[widget],
};

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'CONNECT', 'TRACE'];
const statuses = [200, 301, 302, 307, 308, 400, 401, 403, 404, 409, 429, 500, 502, 503, 504];
const mostHosts = 2000;

/** What there is to choose from, once for all fields. */
export const ChoiceLists = memo(function ChoiceLists(): ReactNode {
  const { choices, namespace } = useChoices();
  const list = (id: string, values: readonly (string | number)[]): ReactNode => (
    <datalist key={id} id={id}>
      {[...new Set(values)].map((value) => (
        <option key={value}>{value}</option>
      ))}
    </datalist>
  );
  const hosts = choices?.hosts.slice(0, mostHosts) ?? [];
  const own = hosts.filter((host) => host.namespace === namespace);
  return (
    <div hidden>
      {list(
        'editor-hosts',
        [...own, ...hosts].map((host) => writeHost(host, namespace)),
      )}
      {list(
        'editor-services',
        own.map((host) => host.name),
      )}
      {list('editor-namespaces', choices?.namespaces ?? [])}
      {list('editor-exports', ['.', '*', ...(choices?.namespaces ?? [])])}
      {list('editor-gateways', ['mesh', ...(choices?.gateways ?? [])])}
      {list(
        'editor-secrets',
        (choices?.secrets ?? []).map((secret) => secret.name),
      )}
      {list(
        'editor-accounts',
        (choices?.serviceAccounts ?? []).map((one) => `cluster.local/ns/${one.namespace}/sa/${one.name}`),
      )}
      {list(
        'editor-ports',
        own.flatMap((host) => host.ports.map((port) => port.number)),
      )}
      {list(listIds.labels, Object.keys(choices?.labels[namespace] ?? choices?.labels['*'] ?? {}))}
      {list('editor-methods', methods)}
      {list(listIds.statuses, statuses)}
    </div>
  );
});
