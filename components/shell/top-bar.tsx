'use client';

import { Search } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { useEndpoint } from '@/components/data/use-endpoint';
import { HealthMark } from '@/components/ui/health-mark';
import { Tooltip } from '@/components/ui/floating';
import { NamespacePicker } from './namespace-picker';
import { ThemeSwitch } from './theme-switch';
import { TimePicker } from './time-picker';

/** Kubernetes cluster, namespaces, time, search, theme: the same on every page. */
export function TopBar({ onSearch }: { onSearch: () => void }): ReactNode {
  const t = useTranslations('shell');
  const meta = useEndpoint('meta', {}, { refreshMs: 30_000 });
  const down = meta.data?.sources.filter((source) => source.status === 'down') ?? [];
  return (
    <header className="flex h-12 shrink-0 items-center gap-2 border-b border-line bg-panel px-4">
      <Tooltip
        side="bottom"
        content={
          down.length === 0 ? t('cluster') : down.map((source) => <div key={source.name}>{t('sourceDown', { source: source.name })}</div>)
        }
      >
        <span className="flex items-center gap-2 pr-2 text-sm whitespace-nowrap text-muted max-md:hidden" tabIndex={0} role="note">
          <HealthMark
            health={meta.isError ? 'unknown' : down.length > 0 ? 'degraded' : 'healthy'}
            label={down.length > 0 ? down.map((one) => one.name).join(', ') : t('cluster')}
          />
          {meta.data?.cluster.name ?? ' '}
        </span>
      </Tooltip>
      <NamespacePicker />
      <TimePicker />
      <div className="ml-auto flex items-center gap-1">
        <button
          type="button"
          onClick={onSearch}
          className="flex h-8 items-center gap-2 rounded-md border border-line bg-inset px-2.5 text-sm text-muted hover:border-line-strong hover:text-text lg:w-56"
          aria-keyshortcuts="Control+K"
        >
          <Search size={14} aria-hidden="true" />
          <span className="max-lg:hidden">{t('search')}</span>
          <kbd className="ml-auto font-sans text-xs text-faint max-lg:hidden">Ctrl K</kbd>
        </button>
        <ThemeSwitch />
      </div>
    </header>
  );
}
