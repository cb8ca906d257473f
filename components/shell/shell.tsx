'use client';

import { useRouter } from 'next/navigation';
import { type ReactNode, Suspense, useEffect, useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import { CommandPalette } from './command-palette';
import { FaultBar } from './fault-bar';
import { pages } from './pages';
import { Rail } from './rail';
import { useScope } from './scope';
import { ShortcutHelp } from './shortcut-help';
import { TopBar } from './top-bar';

/** How long after `g` the letter of a page may come. */
const goWaitsMs = 1_500;

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));
}

function Frame({ children }: { children: ReactNode }): ReactNode {
  const t = useTranslations('shell');
  const router = useRouter();
  const scope = useScope();
  const [searching, setSearching] = useState(false);
  const [helping, setHelping] = useState(false);
  /** When `g` was pressed, on the clock of events; undefined: no letter is waited for. */
  const goPressed = useRef<number | undefined>(undefined);

  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        setSearching(true);
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (event.key === '?') {
        setHelping(true);
        return;
      }
      const waits = goPressed.current !== undefined && event.timeStamp - goPressed.current < goWaitsMs;
      goPressed.current = undefined;
      if (waits) {
        const page = pages.find((one) => one.key === event.key);
        if (page) {
          event.preventDefault();
          router.push(scope.href(page.path));
        }
        return;
      }
      if (event.key === 'g') goPressed.current = event.timeStamp;
    };
    window.addEventListener('keydown', press);
    // From here on keys are heard: scripts that drive the page wait for it.
    document.documentElement.dataset['keys'] = 'on';
    return () => window.removeEventListener('keydown', press);
  }, [router, scope]);

  return (
    // Clipped, not hidden: what is hidden still scrolls when something in it is brought into sight, and the frame would go with it.
    <div className="relative flex h-dvh flex-col overflow-clip">
      <a href="#content" className="absolute z-50 -translate-y-20 rounded-md bg-accent px-3 py-1.5 text-on-accent focus:translate-y-2">
        {t('skip')}
      </a>
      <FaultBar />
      <div className="flex min-h-0 flex-1 overflow-clip">
        <Rail />
        <div className="flex min-w-0 flex-1 flex-col">
          <TopBar onSearch={() => setSearching(true)} />
          <main id="content" tabIndex={-1} className="relative flex min-h-0 flex-1 flex-col overflow-y-auto outline-none">
            {children}
          </main>
        </div>
      </div>
      {searching && <CommandPalette onClose={() => setSearching(false)} />}
      {helping && <ShortcutHelp onClose={() => setHelping(false)} />}
    </div>
  );
}

/** The frame around every page. */
export function Shell({ children }: { children: ReactNode }): ReactNode {
  return (
    <Suspense>
      <Frame>{children}</Frame>
    </Suspense>
  );
}
