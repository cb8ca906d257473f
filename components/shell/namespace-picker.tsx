'use client';

import { Check, ChevronDown } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useMemo, useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import { useEndpoint } from '@/components/data/use-endpoint';
import { Button } from '@/components/ui/button';
import { Popover } from '@/components/ui/floating';
import { useScope } from './scope';

/** Multi-select of namespaces with a search field. None chosen means all. */
export function NamespacePicker(): ReactNode {
  const t = useTranslations('shell');
  const scope = useScope();
  const meta = useEndpoint('meta', {}, { refreshMs: 30_000 });
  const [text, setText] = useState('');
  const list = useRef<HTMLDivElement>(null);
  const chosen = useMemo(() => new Set(scope.namespaces), [scope.namespaces]);
  const names = (meta.data?.namespaces ?? []).map((one) => one.name).filter((name) => name.includes(text.trim()));
  const toggle = (name: string): void => {
    const next = new Set(chosen);
    if (!next.delete(name)) next.add(name);
    scope.set({ namespaces: [...next].toSorted() });
  };
  const walk = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const items = [...(list.current?.querySelectorAll('button') ?? [])];
    items[Math.max(0, items.indexOf(document.activeElement as HTMLButtonElement) + step)]?.focus();
  };
  const summary = chosen.size === 0 ? t('allNamespaces') : chosen.size === 1 ? [...chosen][0] : t('namespaceCount', { count: chosen.size });
  return (
    <Popover
      label={t('namespaces')}
      className="w-64"
      trigger={
        <Button aria-label={`${t('namespaces')}: ${summary}`} className="max-w-56">
          <span className="truncate">{summary}</span>
          <ChevronDown size={14} aria-hidden="true" className="text-faint" />
        </Button>
      }
    >
      <div onKeyDown={walk} role="presentation">
        <input
          value={text}
          onChange={(event) => setText(event.target.value)}
          placeholder={t('searchNamespaces')}
          aria-label={t('searchNamespaces')}
          className="mb-1 h-8 w-full rounded-sm border-b border-line bg-transparent px-2 outline-none placeholder:text-faint"
        />
        <div ref={list} className="max-h-72 overflow-y-auto">
          <Item name={t('allNamespaces')} checked={chosen.size === 0} onPick={() => scope.set({ namespaces: [] })} />
          {names.map((name) => (
            <Item key={name} name={name} checked={chosen.has(name)} onPick={() => toggle(name)} />
          ))}
          {names.length === 0 && text !== '' && <p className="px-2 py-2 text-sm text-muted">{t('noNamespaceFound', { text })}</p>}
        </div>
      </div>
    </Popover>
  );
}

function Item({ name, checked, onPick }: { name: string; checked: boolean; onPick: () => void }): ReactNode {
  return (
    <button
      type="button"
      role="menuitemcheckbox"
      aria-checked={checked}
      onClick={onPick}
      className="flex h-7 w-full items-center gap-2 rounded-sm px-2 text-left text-sm hover:bg-hover focus-visible:bg-hover"
    >
      <Check size={13} aria-hidden="true" className={checked ? 'text-accent' : 'invisible'} />
      <span className="truncate">{name}</span>
    </button>
  );
}
