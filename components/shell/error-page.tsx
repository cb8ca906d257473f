'use client';

import Link from 'next/link';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { PageHeader } from '@/components/ui/page';
import { ErrorState } from '@/components/ui/states';
import { useScope } from './scope';

/** In the place of a page that failed while it was drawn: what happened, a way to try again, a way on. The frame around it stands. */
export function ErrorPage({ error, retry }: { error: unknown; retry: () => void }): ReactNode {
  const t = useTranslations('shell');
  const common = useTranslations('common');
  const scope = useScope();
  const digest = typeof error === 'object' && error !== null && 'digest' in error ? String(error.digest) : undefined;
  return (
    <>
      <PageHeader title={t('brokenPage')} />
      <ErrorState
        code={digest ?? (error instanceof Error ? error.name : 'error')}
        message={error instanceof Error ? error.message : String(error)}
        hint={t('brokenPageHint')}
        retryLabel={common('retry')}
        onRetry={retry}
      />
      <Link href={scope.href('/')} className="px-5 text-sm text-accent-text hover:underline">
        {t('toOverview')}
      </Link>
    </>
  );
}
