'use client';

import clsx from 'clsx';
import { Lock, LockOpen } from 'lucide-react';
import Link from 'next/link';
import { type ReactNode, useState } from 'react';
import { useTranslations } from 'use-intl';
import { objectPath } from '@/components/shell/object-path';
import { useScope } from '@/components/shell/scope';
import { FilterField } from '@/components/ui/filter-field';
import type { ObjectRef, SecurityResponse } from '@/lib/contract';
import type { PeerAuthentication } from '@/lib/kinds';
import { type MutualTlsScope, type MutualTlsSetting, setMutualTlsMode } from '@/lib/kinds/peer-authentication/set-mode';
import { useChangeDock } from './change-dock';
import { asObject } from './policy-words';

const settings: readonly MutualTlsSetting[] = ['UNSET', 'PERMISSIVE', 'STRICT', 'DISABLE'];

interface Row {
  key: string;
  depth: 0 | 1 | 2;
  label: string;
  scope: MutualTlsScope;
  written: MutualTlsSetting | null;
  effective: Exclude<MutualTlsSetting, 'UNSET'>;
  from: ObjectRef | null;
  /** Name of the policy that is edited; empty: a new one. */
  policy: string;
  hasProxy: boolean;
}

function rowsOf(data: SecurityResponse, t: ReturnType<typeof useTranslations<'security'>>): Row[] {
  const mesh: Row = {
    key: 'mesh',
    depth: 0,
    label: t('mesh'),
    scope: { level: 'mesh', namespace: data.rootNamespace },
    hasProxy: true,
    ...data.mesh,
  };
  const names = [...new Set([...data.namespaces.map((one) => one.name), ...data.workloads.map((one) => one.namespace)])];
  const spaces = names.toSorted().flatMap((name): Row[] => {
    const space = data.namespaces.find((one) => one.name === name);
    const own: Row[] =
      space === undefined
        ? []
        : [
            {
              key: name,
              depth: 0,
              label: t('namespace', { name }),
              scope: { level: 'namespace', namespace: name },
              hasProxy: true,
              ...space,
            },
          ];
    const workloads = data.workloads
      .filter((one) => one.namespace === name)
      .flatMap((one): Row[] => {
        const scope = { level: 'workload', namespace: name, name: one.name, labels: one.labels } as const;
        const key = `${name}/${one.name}`;
        return [
          { ...one, key, depth: 1, label: one.name, scope },
          ...one.ports.map((port): Row => ({
            ...port,
            key: `${key}:${port.port}`,
            depth: 2,
            label: `${t('port', { port: String(port.port) })}${port.name === '' ? '' : ` · ${port.name}`}`,
            scope: { ...scope, port: port.port },
            policy: one.policy,
            hasProxy: one.hasProxy,
          })),
        ];
      });
    return [...own, ...workloads];
  });
  return [mesh, ...spaces];
}

/** What is accepted where: the mode set at each level, the one in force, and the object it comes from. */
export function MutualTlsTab({ data }: { data: SecurityResponse }): ReactNode {
  const t = useTranslations('security');
  const scope = useScope();
  const dock = useChangeDock();
  const [text, setText] = useState('');
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = rowsOf(data, t).filter((row) => words.every((word) => row.key.toLowerCase().includes(word)));
  const set = (row: Row, mode: MutualTlsSetting): void => {
    const found = data.peerAuthentications.find(
      (one) => one.metadata.name === row.policy && one.metadata.namespace === row.scope.namespace && row.policy !== '',
    );
    // The server has validated what it stores: the shape goes with the kind.
    const { object, deletes, base } = setMutualTlsMode(found as PeerAuthentication | undefined, row.scope, mode);
    if (object === undefined && deletes === undefined) return;
    dock.propose({
      title: t('setTitle', { scope: row.label, mode: t(`modes.${mode}`) }),
      draft: {
        objects: object === undefined ? [] : [asObject(object)],
        deletes: deletes === undefined ? [] : [deletionOf(deletes)],
        bases: base === undefined ? [] : [asObject(base)],
      },
    });
  };
  return (
    <div className="flex min-h-0 flex-1">
      <div className="min-w-0 flex-1 overflow-auto bg-panel">
        <div className="flex items-center gap-4 px-5 py-2 text-sm text-muted">
          <FilterField label={t('filterWorkloads')} value={text} onChange={setText} />
          <span>{t('mtlsHint')}</span>
        </div>
        <table className="w-full border-separate border-spacing-0 text-sm" aria-label={t('tabs.mtls')}>
          <thead>
            <tr className="text-left text-xs text-muted">
              {(['scope', 'written', 'effective', 'comesFrom'] as const).map((id) => (
                <th key={id} scope="col" className="sticky top-0 z-10 h-8 border-b border-line bg-panel px-3 first:pl-5 last:pr-5">
                  {t(id)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.key} className={clsx('h-8', row.depth === 0 && 'bg-inset')}>
                <th
                  scope="row"
                  className={clsx(
                    'border-b border-line px-3 text-left',
                    row.depth === 0 ? 'font-[550]' : 'font-normal',
                    row.depth === 2 && 'text-muted',
                  )}
                  style={{ paddingLeft: 20 + row.depth * 18 }}
                >
                  {row.label}
                </th>
                <td className="border-b border-line px-3">
                  {row.scope.level === 'workload' && row.scope.namespace === data.rootNamespace ? (
                    <span className="text-faint">–</span>
                  ) : (
                    <select
                      aria-label={t('modeOf', { scope: row.key === 'mesh' ? row.label : row.key })}
                      value={row.written ?? 'UNSET'}
                      onChange={(event) => set(row, settings.find((one) => one === event.target.value) ?? 'UNSET')}
                      className={clsx(
                        'h-6 rounded-sm border border-line-strong bg-panel px-1 text-sm',
                        row.written === null && 'text-muted',
                      )}
                    >
                      {settings.map((mode) => (
                        <option key={mode} value={mode}>
                          {t(`modes.${mode}`)}
                        </option>
                      ))}
                    </select>
                  )}
                </td>
                <td className="border-b border-line px-3">
                  {row.hasProxy ? (
                    <span className="flex items-center gap-1.5">
                      {row.effective === 'STRICT' ? (
                        <Lock size={13} aria-hidden="true" className="text-healthy-text" />
                      ) : (
                        <LockOpen
                          size={13}
                          aria-hidden="true"
                          className={row.effective === 'DISABLE' ? 'text-failing-text' : 'text-degraded-text'}
                        />
                      )}
                      {t(`modes.${row.effective}`)}
                    </span>
                  ) : (
                    <span className="text-faint">{t('noProxy')}</span>
                  )}
                </td>
                <td className="border-b border-line px-3">
                  {row.from === null ? (
                    <span className="text-muted">{t('byDefault')}</span>
                  ) : (
                    <Link href={scope.href(objectPath(row.from))} className="text-accent-text hover:underline">
                      {row.from.namespace}/{row.from.name}
                    </Link>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {dock.panel}
    </div>
  );
}

function deletionOf({ metadata }: PeerAuthentication) {
  return {
    group: 'security.istio.io',
    version: 'v1',
    kind: 'PeerAuthentication',
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    ...(metadata.resourceVersion === undefined ? {} : { resourceVersion: metadata.resourceVersion }),
  };
}
