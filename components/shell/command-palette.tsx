'use client';

import clsx from 'clsx';
import { useRouter } from 'next/navigation';
import { Dialog } from 'radix-ui';
import { type KeyboardEvent, type ReactNode, useMemo, useState } from 'react';
import { useTranslations } from 'use-intl';
import { useEndpoint } from '@/components/data/use-endpoint';
import { objectPath } from './object-path';
import { pages } from './pages';
import { useScope } from './scope';

interface Hit {
  id: string;
  kind: string;
  name: string;
  href: string;
}

const most = 50;

/** Ctrl-K: any page, service, object or action by a part of its name. Objects are searched on the server: there may be many. */
export function CommandPalette({ onClose }: { onClose: () => void }): ReactNode {
  const t = useTranslations('shell');
  const router = useRouter();
  const scope = useScope();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const services = useEndpoint('services', { query: {} });
  const objects = useEndpoint('objects', { query: { q: text, limit: most } });
  const kinds = useEndpoint('kinds', {});

  const hits = useMemo<Hit[]>(() => {
    const all: Hit[] = [
      ...pages.map((page) => ({ id: page.id, kind: t('goTo'), name: t(page.id), href: page.path })),
      { id: 'explain', kind: t('goTo'), name: t('explain'), href: '/explain' },
      { id: 'security', kind: t('goTo'), name: t('security'), href: '/config/security' },
      { id: 'gateways', kind: t('goTo'), name: t('gateways'), href: '/config/gateways' },
      ...(services.data?.services ?? []).map((one) => ({
        id: `service ${one.namespace}/${one.name}`,
        kind: 'Service',
        name: `${one.namespace}/${one.name}`,
        href: `/services/${encodeURIComponent(one.namespace)}/${encodeURIComponent(one.name)}`,
      })),
      ...(objects.data?.objects ?? []).map(({ ref }) => ({
        id: `${ref.group}/${ref.kind} ${ref.namespace}/${ref.name}`,
        kind: ref.kind,
        name: ref.namespace === '' ? ref.name : `${ref.namespace}/${ref.name}`,
        href: objectPath(ref),
      })),
      { id: 'new', kind: t('action'), name: t('newObject'), href: '/config/new' },
      ...(kinds.data?.kinds ?? [])
        .filter((one) => one.served && one.family !== 'kubernetes')
        .map((one) => ({
          id: `new ${one.group}/${one.kind}`,
          kind: t('action'),
          name: t('newOf', { kind: one.kind }),
          href: `/config/new?kind=${encodeURIComponent(`${one.group}/${one.kind}`)}`,
        })),
    ];
    const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
    return all.filter((hit) => wanted.every((word) => `${hit.kind} ${hit.name}`.toLowerCase().includes(word))).slice(0, most);
  }, [services.data, objects.data, kinds.data, text, t]);

  const open = (hit: Hit | undefined): void => {
    if (!hit) return;
    router.push(scope.href(hit.href));
    onClose();
  };
  const press = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') setAt(Math.min(hits.length - 1, at + 1));
    else if (event.key === 'ArrowUp') setAt(Math.max(0, at - 1));
    else if (event.key === 'Enter') open(hits[at]);
    else return;
    event.preventDefault();
  };

  return (
    <Dialog.Root open onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-[oklch(0.2_0.02_260/0.3)]" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed top-[14vh] left-1/2 z-50 w-[560px] max-w-[94vw] -translate-x-1/2 overflow-hidden rounded-md border border-line-strong bg-float shadow-float"
        >
          <Dialog.Title className="sr-only">{t('search')}</Dialog.Title>
          <input
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              setAt(0);
            }}
            onKeyDown={press}
            role="combobox"
            aria-expanded="true"
            aria-controls="palette-hits"
            aria-activedescendant={hits[at] ? `palette-${at}` : undefined}
            aria-label={t('searchHint')}
            placeholder={t('searchHint')}
            className="h-11 w-full border-b border-line bg-transparent px-4 text-lg outline-none placeholder:text-faint"
          />
          <div id="palette-hits" role="listbox" aria-label={t('search')} className="max-h-[46vh] overflow-y-auto p-1">
            {hits.map((hit, index) => (
              <div
                key={hit.id}
                id={`palette-${index}`}
                role="option"
                tabIndex={-1}
                aria-selected={index === at}
                onPointerMove={() => setAt(index)}
                onClick={() => open(hit)}
                onKeyDown={press}
                className={clsx('flex h-8 cursor-pointer items-center gap-3 rounded-sm px-3', index === at && 'bg-accent-soft')}
              >
                <span className="truncate">{hit.name}</span>
                <span className="ml-auto shrink-0 text-xs text-faint">{hit.kind}</span>
              </div>
            ))}
            {hits.length === 0 && <div className="px-3 py-4 text-muted">{t('searchEmpty', { text })}</div>}
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
