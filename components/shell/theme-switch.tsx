'use client';

import { Monitor, Moon, Sun } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from '@/components/ui/button';
import { Tooltip } from '@/components/ui/floating';

const order = ['system', 'light', 'dark'] as const;
type Theme = (typeof order)[number];
const icons = { system: Monitor, light: Sun, dark: Moon };
const names = { system: 'themeSystem', light: 'themeLight', dark: 'themeDark' } as const;

/** Steps through system, light, dark. The choice is a cookie, so that the server draws the right theme at once. */
export function ThemeSwitch(): ReactNode {
  const t = useTranslations('shell');
  const [theme, setTheme] = useState<Theme>('system');
  useEffect(() => {
    const now = document.documentElement.dataset['theme'];
    setTheme(now === 'light' || now === 'dark' ? now : 'system');
  }, []);
  const step = (): void => {
    const next = order[(order.indexOf(theme) + 1) % order.length] ?? 'system';
    if (next === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = next;
    document.cookie = `heddle-theme=${next}; path=/; max-age=31536000; samesite=strict`;
    // Canvases read colours once: they draw anew on this event.
    window.dispatchEvent(new Event('heddle:theme'));
    setTheme(next);
  };
  const Icon = icons[theme];
  const label = `${t('theme')}: ${t(names[theme])}`;
  return (
    <Tooltip content={label} side="bottom">
      <Button variant="ghost" aria-label={label} onClick={step} icon={<Icon size={16} aria-hidden="true" />} />
    </Tooltip>
  );
}
