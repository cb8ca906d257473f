'use client';

import { Monitor, Moon, Sun } from 'lucide-react';
import { type ReactNode, useSyncExternalStore } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from '@/components/ui/button';
import { Tooltip } from '@/components/ui/floating';

const order = ['system', 'light', 'dark'] as const;
type Theme = (typeof order)[number];
const icons = { system: Monitor, light: Sun, dark: Moon };
const names = { system: 'themeSystem', light: 'themeLight', dark: 'themeDark' } as const;

const changed = 'heddle:theme';

function subscribe(listener: () => void): () => void {
  window.addEventListener(changed, listener);
  return () => window.removeEventListener(changed, listener);
}

function currentTheme(): Theme {
  const now = document.documentElement.dataset['theme'];
  return now === 'light' || now === 'dark' ? now : 'system';
}

/** Steps through system, light, dark. The choice is a cookie, so that the server draws the right theme at once. */
export function ThemeSwitch(): ReactNode {
  const t = useTranslations('shell');
  const theme = useSyncExternalStore(subscribe, currentTheme, () => 'system' as const);
  const step = (): void => {
    const next = order[(order.indexOf(theme) + 1) % order.length] ?? 'system';
    if (next === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = next;
    document.cookie = `heddle-theme=${next}; path=/; max-age=31536000; samesite=strict`;
    // Canvases read colours once: they draw anew on this event.
    window.dispatchEvent(new Event(changed));
  };
  const Icon = icons[theme];
  const label = `${t('theme')}: ${t(names[theme])}`;
  return (
    <Tooltip content={label} side="bottom">
      <Button variant="ghost" aria-label={label} onClick={step} icon={<Icon size={16} aria-hidden="true" />} />
    </Tooltip>
  );
}
