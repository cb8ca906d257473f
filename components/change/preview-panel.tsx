'use client';

import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { HealthMark } from '@/components/ui/health-mark';
import { YamlDiff } from '@/components/ui/yaml-diff';
import type { PreviewResponse } from '@/lib/contract';
import type { KeptDraft } from './keep-draft';
import { BehaviourList } from './behaviour-list';
import { GuardFacts } from './guard-facts';

const severityHealth = { error: 'failing', warning: 'degraded', info: 'idle' } as const;

/** What a draft will do: a sentence per change, requests that go elsewhere, findings, and the YAML difference. */
export function PreviewPanel({ preview, draft }: { preview: PreviewResponse; draft?: KeptDraft }): ReactNode {
  const t = useTranslations('change');
  const documents = preview.documents.filter((one) => one.action !== 'none');
  return (
    <div className="flex flex-col gap-3 px-4 py-3">
      <section>
        <h3 className="mb-1 text-sm">{t('previewTitle')}</h3>
        {preview.sentences.length === 0 ? (
          <p className="text-sm text-muted">{t('unchanged')}</p>
        ) : (
          <ul className="flex flex-col gap-1" data-testid="preview-sentences">
            {preview.sentences.map((sentence) => (
              <li key={sentence.text} className="draft-mark pl-2 text-sm">
                {sentence.text}
              </li>
            ))}
          </ul>
        )}
      </section>
      <BehaviourList preview={preview} {...(draft && { draft })} />
      <GuardFacts preview={preview} />
      {preview.findings.length > 0 && (
        <section>
          <h3 className="mb-1 text-sm">{t('findings')}</h3>
          <ul className="flex flex-col gap-1 text-sm">
            {preview.findings.map((finding) => (
              <li key={`${finding.code} ${finding.kind} ${finding.name} ${finding.path}`} className="flex gap-2">
                <span className="pt-1">
                  <HealthMark health={severityHealth[finding.severity]} label={finding.severity} size={11} />
                </span>
                <span>
                  {finding.message} {finding.isNew === false && <span className="text-xs text-muted">({t('knownFinding')})</span>}{' '}
                  <span className="font-mono text-xs text-faint">{finding.code}</span>
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {documents.map((document) => {
        const name = `${document.ref.kind} ${document.ref.namespace}/${document.ref.name}`;
        return (
          <section key={name}>
            <h3 className="mb-1 flex items-baseline gap-2 text-sm">
              {name}
              {document.before === null && <span className="text-xs text-accent-text">{t('newObject')}</span>}
              {document.after === null && <span className="text-xs text-failing-text">{t('deletedObject')}</span>}
            </h3>
            <YamlDiff label={t('yamlOf', { name })} before={document.before ?? ''} after={document.after ?? ''} />
          </section>
        );
      })}
    </div>
  );
}
