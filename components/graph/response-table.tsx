'use client';

import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { useEndpoint } from '@/components/data/use-endpoint';
import type { GraphEdge } from '@/lib/contract';
import { formatPercent, formatRate } from '@/lib/format';
import { Group } from './facts';

const knownFlags = [
  'UH',
  'UF',
  'UO',
  'NR',
  'URX',
  'NC',
  'DC',
  'UT',
  'LR',
  'UR',
  'UC',
  'DI',
  'FI',
  'RL',
  'UAEX',
  'RBAC',
  'DPE',
  'UPE',
  'SI',
] as const;

interface Row {
  code: string;
  flags: string;
  host: string;
  rps: number;
}

/** Rows of code × flags × host; where the edge leaves the table out, at most one of the three has more than one value. */
function rowsOf(edge: GraphEdge): Row[] {
  if (edge.responses !== undefined) return [...edge.responses];
  const [host = ''] = Object.keys(edge.hosts);
  const [flags = ''] = Object.keys(edge.flags);
  return Object.entries(edge.codes)
    .map(([code, rps]) => ({ code, flags: Object.keys(edge.codes).length === 1 ? flags : '', host, rps }))
    .toSorted((one, other) => other.rps - one.rps);
}

function isBad(code: string): boolean {
  return code.startsWith('grpc-') ? code !== 'grpc-0' : code === '0' || Number(code) >= 500;
}

/** The service a host names, `namespace/name`; a host outside the cluster names none. */
function serviceOf(host: string): { namespace: string; name: string } | undefined {
  const [name, namespace, svc] = host.split('.');
  return name !== undefined && namespace !== undefined && svc === 'svc' ? { name, namespace } : undefined;
}

/** How the requests of an edge were answered, with a sentence for each of Envoy's flags. */
export function ResponseTable({ edge }: { edge: GraphEdge }): ReactNode {
  const t = useTranslations('graph');
  const rows = rowsOf(edge);
  const total = rows.reduce((sum, row) => sum + row.rps, 0);
  const hosts = new Set(rows.map((row) => row.host));
  const withFlags = rows.some((row) => row.flags !== '');
  if (rows.length === 0) return null;
  return (
    <Group title={t('responses')}>
      <table className="w-full text-sm">
        <thead>
          <tr className="text-left text-xs text-faint">
            <th className="pr-2 font-[450]">{t('code')}</th>
            {withFlags && <th className="pr-2 font-[450]">{t('flagColumn')}</th>}
            {hosts.size > 1 && <th className="pr-2 font-[450]">{t('host')}</th>}
            <th className="text-right font-[450]">{t('rate')}</th>
            <th className="w-14 text-right font-[450]">%</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.code} ${row.flags} ${row.host}`} className="border-t border-line align-top">
              <td className={`num py-1 pr-2 ${isBad(row.code) ? 'text-failing-text' : ''}`}>{row.code === '0' ? '–' : row.code}</td>
              {withFlags && <td className="py-1 pr-2 font-mono text-xs leading-5">{row.flags || '–'}</td>}
              {hosts.size > 1 && (
                <td className="max-w-32 truncate py-1 pr-2" title={row.host}>
                  {row.host.replace(/\.svc\..*$/, '')}
                </td>
              )}
              <td className="num py-1 text-right">{formatRate(row.rps)}</td>
              <td className="num py-1 text-right text-muted">{total > 0 ? formatPercent(row.rps / total) : '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {withFlags && <FlagWords rows={rows} />}
    </Group>
  );
}

function FlagWords({ rows }: { rows: readonly Row[] }): ReactNode {
  const t = useTranslations('graph');
  const flagged = rows.filter((row) => row.flags !== '');
  const flags = [...new Set(flagged.flatMap((row) => row.flags.split(',')))];
  const service = flagged.map((row) => serviceOf(row.host)).find((one) => one !== undefined);
  const facts = useEndpoint(
    'serviceFlags',
    { params: service ?? { namespace: '', name: '' }, query: { flags: flags.join(',') } },
    { enabled: service !== undefined, refreshMs: 10_000 },
  );
  return (
    <dl className="mt-2 border-t border-line pt-1">
      {flags.map((flag) => (
        <div key={flag} className="flex gap-2 py-1 text-sm">
          <dt className="w-10 shrink-0 font-mono text-xs leading-5">{flag}</dt>
          <dd className="min-w-0">
            {t(`flag.${knownFlags.find((one) => one === flag) ?? 'other'}`)}
            {facts.data?.flags
              .find((one) => one.flag === flag)
              ?.facts.map(({ text }) => (
                <p key={text} className="text-xs text-muted">
                  {text}
                </p>
              ))}
          </dd>
        </div>
      ))}
    </dl>
  );
}
