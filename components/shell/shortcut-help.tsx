'use client';

import { Dialog } from 'radix-ui';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from '@/components/ui/button';
import { pages } from './pages';

/** `?`: the list of shortcuts. */
export function ShortcutHelp({ onClose }: { onClose: () => void }): ReactNode {
  const t = useTranslations('shell');
  const rows: [string, string][] = [
    ['Ctrl K', t('search')],
    ['?', t('shortcutHelp')],
    ...pages.map((page): [string, string] => [`g ${page.key}`, `${t('goTo')} ${t(page.id)}`]),
  ];
  return (
    <Dialog.Root open onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-[oklch(0.2_0.02_260/0.3)]" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed top-[18vh] left-1/2 z-50 w-96 max-w-[94vw] -translate-x-1/2 rounded-md border border-line-strong bg-float p-4 shadow-float"
        >
          <Dialog.Title className="mb-3 text-lg font-[550]">{t('shortcuts')}</Dialog.Title>
          <dl className="grid grid-cols-[96px_1fr] gap-y-1.5">
            {rows.map(([keys, what]) => (
              <div key={keys} className="contents">
                <dt>
                  <kbd className="rounded-sm border border-line-strong bg-inset px-1.5 py-0.5 font-mono text-xs">{keys}</kbd>
                </dt>
                <dd className="text-muted">{what}</dd>
              </div>
            ))}
          </dl>
          <div className="mt-4 flex justify-end">
            <Dialog.Close asChild>
              <Button>{t('close')}</Button>
            </Dialog.Close>
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
