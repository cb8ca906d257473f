'use client';

import { Wrench } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from '@/components/ui/button';
import { HealthMark } from '@/components/ui/health-mark';
import type { Finding, TextFinding } from '@/lib/validate';
import { severityHealth } from './field-row';

export interface FindingsListProps {
  findings: readonly TextFinding[] | undefined;
  /** Of other objects, new with the draft. */
  others: readonly Finding[];
  /** Number of objects of the mesh that the draft was checked against. */
  count: number;
  missing: readonly string[];
  onShow: (finding: TextFinding) => void;
  onFix: (finding: TextFinding) => void;
}

/** What validation says of the draft: line, cause, fix; and what the draft does to others. */
export function FindingsList({ findings, others, count, missing, onShow, onFix }: FindingsListProps): ReactNode {
  const t = useTranslations('editor');
  return (
    <section
      aria-label={t('findings')}
      className="max-h-56 overflow-auto border-t border-line bg-panel px-4 py-2"
      data-testid="draft-findings"
    >
      {missing.length > 0 && <p className="text-xs text-degraded-text">{t('missing', { what: missing.join(' ') })}</p>}
      {findings === undefined ? (
        <p className="text-xs text-muted">{t('notChecked')}</p>
      ) : findings.length === 0 ? (
        <p className="text-xs text-muted">{t('noFindings', { count })}</p>
      ) : (
        <ul className="flex flex-col gap-1">
          {findings.map((finding) => (
            <li key={`${finding.code} ${finding.path} ${finding.message}`} className="flex items-start gap-2 text-sm">
              <span className="pt-1">
                <HealthMark health={severityHealth[finding.severity]} label={finding.severity} size={11} />
              </span>
              <button
                type="button"
                onClick={() => onShow(finding)}
                className="num shrink-0 text-xs leading-5 text-accent-text hover:underline"
              >
                {t('goToLine', { line: String(finding.line ?? 1) })}
              </button>
              <span className="min-w-0 flex-1">
                {finding.message} <span className="font-mono text-xs text-faint">{finding.code}</span>
              </span>
              {finding.fix !== null && (
                <Button
                  size="sm"
                  icon={<Wrench size={12} aria-hidden="true" />}
                  aria-label={t('fixNamed', { message: finding.message })}
                  onClick={() => onFix(finding)}
                >
                  {t('fix')}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {others.length > 0 && (
        <>
          <h2 className="pt-2 text-xs text-muted">{t('others')}</h2>
          <ul className="flex flex-col gap-1">
            {others.map((finding) => (
              <li
                key={`${finding.code} ${finding.kind} ${finding.namespace}/${finding.name} ${finding.path}`}
                className="flex gap-2 text-sm"
              >
                <span className="pt-1">
                  <HealthMark health={severityHealth[finding.severity]} label={finding.severity} size={11} />
                </span>
                <span>
                  {finding.kind} {finding.namespace}/{finding.name}: {finding.message}{' '}
                  <span className="font-mono text-xs text-faint">{finding.code}</span>
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
