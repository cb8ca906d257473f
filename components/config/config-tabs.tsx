'use client';

import clsx from 'clsx';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { useScope } from '@/components/shell/scope';

const tabs = [
  { id: 'objects', path: '/config' },
  { id: 'security', path: '/config/security' },
  { id: 'gateways', path: '/config/gateways' },
] as const;

/** The pages below Configuration: its objects, and the two views that put several kinds together. */
export function ConfigTabs(): ReactNode {
  const t = useTranslations('configuration');
  const scope = useScope();
  const here = usePathname();
  return (
    <nav aria-label={t('views')} className="flex h-9 shrink-0 items-stretch gap-4 border-b border-line bg-panel px-5 text-sm">
      {tabs.map(({ id, path }) => (
        <Link
          key={id}
          href={scope.href(path)}
          aria-current={here === path ? 'page' : undefined}
          className={clsx(
            'flex items-center border-b-2',
            here === path ? 'border-accent font-[550] text-text' : 'border-transparent text-muted hover:text-text',
          )}
        >
          {t(`view.${id}`)}
        </Link>
      ))}
    </nav>
  );
}
