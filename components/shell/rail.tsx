'use client';

import clsx from 'clsx';
import { PanelLeftClose, PanelLeftOpen } from 'lucide-react';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { Mark } from '@/components/ui/mark';
import { useStored } from '@/components/ui/use-stored';
import { isOn, pages } from './pages';
import { useScope } from './scope';

/** The left rail: icons and words, folded to icons on request. */
export function Rail(): ReactNode {
  const t = useTranslations('shell');
  const pathname = usePathname();
  const scope = useScope();
  const [state, setState] = useStored('heddle.rail', 'open');
  const folded = state === 'folded';
  const fold = (): void => setState(folded ? 'open' : 'folded');
  return (
    <nav
      aria-label={t('pages')}
      className={clsx(
        'flex shrink-0 flex-col border-r border-line bg-panel transition-[width] duration-150 max-sm:w-[52px]',
        folded ? 'w-[52px]' : 'w-[184px]',
      )}
    >
      <Link href={scope.href('/')} className="flex h-12 items-center gap-2.5 px-4 text-text" aria-label={t('product')}>
        <Mark size={20} />
        {!folded && <span className="text-lg font-[650] tracking-tight max-sm:hidden">{t('product')}</span>}
      </Link>
      <ul className="flex flex-1 flex-col gap-0.5 px-2 pt-1">
        {pages.map((page) => {
          const active = isOn(pathname, page);
          return (
            <li key={page.id}>
              <Link
                href={scope.href(page.path)}
                aria-current={active ? 'page' : undefined}
                aria-label={t(page.id)}
                title={folded ? t(page.id) : undefined}
                className={clsx(
                  'flex h-8 items-center gap-2.5 rounded-md px-2.5 transition-colors duration-150',
                  active ? 'bg-accent-soft font-[550] text-accent-text' : 'text-muted hover:bg-hover hover:text-text',
                )}
              >
                <page.icon size={16} aria-hidden="true" className="shrink-0" />
                {!folded && <span className="max-sm:hidden">{t(page.id)}</span>}
              </Link>
            </li>
          );
        })}
      </ul>
      <button
        type="button"
        onClick={fold}
        aria-label={folded ? t('unfold') : t('fold')}
        className="m-2 flex h-8 items-center gap-2.5 rounded-md px-2.5 text-faint hover:bg-hover hover:text-text max-sm:hidden"
      >
        {folded ? <PanelLeftOpen size={16} aria-hidden="true" /> : <PanelLeftClose size={16} aria-hidden="true" />}
      </button>
    </nav>
  );
}
