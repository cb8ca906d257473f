'use client';

import { type ReactNode, useState } from 'react';
import { IntlProvider } from 'use-intl';
import { QueryProvider } from '@/components/data/query-provider';
import { TooltipProvider } from '@/components/ui/floating';
import { messagesOf } from '@/lib/i18n';

const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();

/** What every page needs around it: words, queries, tooltips. */
export function Providers({ children }: { children: ReactNode }): ReactNode {
  const [now] = useState(() => new Date());
  return (
    <IntlProvider locale="en" messages={messagesOf('en')} timeZone={timeZone} now={now}>
      <QueryProvider>
        <TooltipProvider>{children}</TooltipProvider>
      </QueryProvider>
    </IntlProvider>
  );
}
