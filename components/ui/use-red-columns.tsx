'use client';

import { useMemo } from 'react';
import { useTranslations } from 'use-intl';
import type { HealthStatus } from '@/lib/contract';
import { formatMs, formatNumber, formatPercent } from '@/lib/format';
import type { Column } from './data-table';
import { useWhyWords } from './use-why-words';
import { Why, type WhyFacts } from './why';

interface Measured {
  health: HealthStatus;
  rps: number | null;
  errorRatio: number | null;
  p95Ms: number | null;
}

/** The columns of requests, errors and p95 of a table; each number opens its query. */
export function useRedColumns(queries: Readonly<Record<string, WhyFacts>> | undefined): Column<Measured>[] {
  const t = useTranslations('common');
  const words = useWhyWords();
  return useMemo(
    () => [
      {
        id: 'rps',
        header: `${t('requests')} (${t('rps')})`,
        align: 'right',
        cell: (row) => (
          <Why facts={queries?.['rps']} words={words}>
            {formatNumber(row.rps)}
          </Why>
        ),
        sortBy: (row) => row.rps,
      },
      {
        id: 'errors',
        header: t('errors'),
        align: 'right',
        cell: (row) => (
          <Why facts={queries?.['errorRatio'] ?? queries?.['rps']} words={words}>
            <span className={row.health === 'failing' ? 'text-failing-text' : undefined}>{formatPercent(row.errorRatio)}</span>
          </Why>
        ),
        sortBy: (row) => row.errorRatio,
      },
      {
        id: 'p95',
        header: t('p95'),
        align: 'right',
        cell: (row) => (
          <Why facts={queries?.['p95Ms']} words={words}>
            {formatMs(row.p95Ms)}
          </Why>
        ),
        sortBy: (row) => row.p95Ms,
      },
    ],
    [t, words, queries],
  );
}
