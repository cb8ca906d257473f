'use client';

import Link from 'next/link';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { useEndpoint } from '@/components/data/use-endpoint';
import { useScope } from '@/components/shell/scope';
import { Section } from '@/components/ui/page';
import { RelativeTime } from '@/components/ui/relative-time';
import { ErrorState, SkeletonRows } from '@/components/ui/states';

const most = 8;

/** The newest changes of the configuration, by anyone: what to look at first when something has just begun to fail. */
export function LatestChanges(): ReactNode {
  const t = useTranslations('overview');
  const common = useTranslations('common');
  const history = useTranslations('history');
  const scope = useScope();
  const changes = useEndpoint('changes', { query: { limit: most } }, { refreshMs: scope.refresh });
  const all = (
    <Link href={scope.href('/history')} className="text-accent-text hover:underline">
      {t('allChanges')}
    </Link>
  );
  return (
    <Section title={t('changes')} aside={all}>
      {changes.isError && !changes.data ? (
        <ErrorState {...changes.error.body.error} retryLabel={common('retry')} onRetry={() => void changes.refetch()} />
      ) : !changes.data ? (
        <SkeletonRows rows={3} label={common('loading')} />
      ) : changes.data.changes.length === 0 ? (
        <p className="px-5 pb-4 text-sm text-muted">{t('changesNone')}</p>
      ) : (
        <ul className="pb-2" aria-label={t('changes')}>
          {changes.data.changes.map((one) => (
            <li key={one.id}>
              <Link
                href={scope.href(`/history?sel=${encodeURIComponent(one.id)}`)}
                className="flex h-8 items-center gap-2.5 px-5 text-sm hover:bg-hover"
              >
                <RelativeTime at={Date.parse(one.at)} className="num w-20 shrink-0 text-muted" />
                <span className={one.status === 'undone' ? 'truncate text-muted line-through' : 'truncate'}>
                  {one.sentences[0]?.text ?? one.objects.map(({ ref }) => `${ref.kind} ${ref.name}`).join(', ')}
                </span>
                {one.sentences.length > 1 && (
                  <span className="shrink-0 text-xs text-faint">{history('more', { count: String(one.sentences.length - 1) })}</span>
                )}
                <span className="ml-auto max-w-40 truncate pl-4 text-muted">{one.by}</span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
