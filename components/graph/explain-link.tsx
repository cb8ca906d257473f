import Link from 'next/link';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { Group } from './facts';

/** To the request explorer, with the caller and the called service filled in. */
export function ExplainLink({ from, to, href }: { from: string; to: string | undefined; href: (path: string) => string }): ReactNode {
  const t = useTranslations('explorer');
  const query = new URLSearchParams({ from, ...(to === undefined ? {} : { to }) });
  return (
    <Group title={t('title')}>
      <Link href={href(`/explain?${query}`)} className="text-sm text-accent-text hover:underline">
        {t('explainEdge')}
      </Link>
    </Group>
  );
}
