'use client';

import Link from 'next/link';
import { usePathname } from 'next/navigation';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { PageHeader } from '@/components/ui/page';
import { EmptyState } from '@/components/ui/states';
import { useScope } from './scope';

/** An address that no page answers: which one, and a way on. */
export function NotFoundPage(): ReactNode {
  const t = useTranslations('shell');
  const scope = useScope();
  const path = usePathname();
  return (
    <>
      <PageHeader title={t('notFound')} />
      <EmptyState
        title={t('notFoundWhy', { path })}
        action={
          <Link href={scope.href('/')} className="text-accent-text hover:underline">
            {t('toOverview')}
          </Link>
        }
      />
    </>
  );
}
