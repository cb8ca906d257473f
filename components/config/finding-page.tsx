'use client';

import Link from 'next/link';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { useScope } from '@/components/shell/scope';
import { HealthMark } from '@/components/ui/health-mark';
import { PageHeader, Section } from '@/components/ui/page';
import { EmptyState } from '@/components/ui/states';
import { severityHealth } from './finding-count';
import { YamlView } from './yaml-view';

export interface FindingDocument {
  severity: 'error' | 'warning' | 'info';
  title: string;
  cause: string;
  example: string;
  fix: string;
  /** What other tools call it. */
  known: readonly string[];
  kinds: readonly string[];
}

/** What a finding means: cause, example, fix. The same as in docs/findings. */
export function FindingPage({ code, page }: { code: string; page: FindingDocument | undefined }): ReactNode {
  const t = useTranslations('configuration');
  const scope = useScope();
  if (page === undefined) {
    return (
      <EmptyState
        title={t('unknownCode', { code })}
        action={
          <Link href={scope.href('/config')} className="text-accent-text hover:underline">
            {t('title')}
          </Link>
        }
      />
    );
  }
  return (
    <>
      <PageHeader
        kind={`${t('aboutFinding')} · ${code}`}
        title={page.title}
        status={
          <span className="flex items-center gap-1.5 text-sm text-muted">
            <HealthMark health={severityHealth[page.severity]} size={11} />
            {t(`severities.${page.severity}`)}
          </span>
        }
      />
      <div className="max-w-3xl">
        <Section title={t('cause')}>
          <p className="px-5 pb-4">{page.cause}</p>
        </Section>
        <Section title={t('example')}>
          <div className="overflow-x-auto">
            <YamlView label={t('example')} yaml={page.example} />
          </div>
        </Section>
        <Section title={t('howToFix')}>
          <p className="px-5 pb-4">{page.fix}</p>
        </Section>
        <p className="px-5 py-3 text-sm text-muted">
          {page.kinds.length > 0 && t('foundIn', { kinds: page.kinds.join(', ') })}
          {page.known.length > 0 && <span className="block">{t('known', { names: page.known.join(', ') })}</span>}
        </p>
      </div>
    </>
  );
}
