'use client';

import { useMemo } from 'react';
import { useTranslations } from 'use-intl';
import type { WhyWords } from './why';

/** The words of the "why" panel. */
export function useWhyWords(): WhyWords {
  const t = useTranslations('common');
  return useMemo(
    () => ({ ask: t('whyAsk'), query: t('whyQuery'), window: t('whyWindow'), reporter: t('whyReporter'), source: t('whySource') }),
    [t],
  );
}
