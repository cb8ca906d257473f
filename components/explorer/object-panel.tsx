'use client';

import { ExternalLink } from 'lucide-react';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { objectPath } from '@/components/shell/object-path';
import { useScope } from '@/components/shell/scope';
import { Inspector } from '@/components/ui/inspector';
import type { ExplainResponse, ObjectRef } from '@/lib/contract';
import { refKey } from './draft-texts';
import { ObjectEditor } from './object-editor';
import { type Drafts, documentOf } from './use-drafts';
import type { OpenedSource } from './way-table';

export interface ObjectPanelProps {
  answer: ExplainResponse;
  opened: OpenedSource;
  drafts: Drafts;
  onClose: () => void;
}

/** The line that the present answer gives for the opened field: edits move it. */
function lineNow(answer: ExplainResponse, opened: OpenedSource): number | null {
  const isDrafted = (ref: ObjectRef): boolean => refKey(ref) === refKey(opened.ref);
  for (const row of answer.rows) {
    const source = (opened.side === 'draft' ? row.draft : row.live)?.source;
    if (source && isDrafted(source.ref) && source.path === opened.path) return source.line;
  }
  return opened.line;
}

/** The object behind a step: its YAML at the line in question, edited right there. */
export function ObjectPanel({ answer, opened, drafts, onClose }: ObjectPanelProps): ReactNode {
  const t = useTranslations('explorer');
  const scope = useScope();
  const document = documentOf(answer, opened.ref);
  const name = `${opened.ref.kind} ${opened.ref.namespace === '' ? '' : `${opened.ref.namespace}/`}${opened.ref.name}`;
  const text = drafts.textOf(opened.ref) ?? document?.live ?? document?.draft ?? '';
  const broken = drafts.broken.get(refKey(opened.ref));
  const writable = document?.writable ?? true;
  return (
    <Inspector label={t('editor', { name })} closeLabel={t('close')} title={<span className="break-all">{name}</span>} onClose={onClose}>
      <div className="flex h-full min-h-0 flex-col">
        <div className="flex items-start gap-3 border-b border-line px-4 py-2 text-xs text-muted">
          <p className="flex-1">{writable ? t('edit') : t('readOnly')}</p>
          {document?.live !== null && document !== undefined && (
            <Link href={scope.href(objectPath(opened.ref))} className="flex shrink-0 items-center gap-1 text-accent-text hover:underline">
              {t('openPage')}
              <ExternalLink size={12} aria-hidden="true" />
            </Link>
          )}
        </div>
        {broken !== undefined && (
          <p role="alert" className="border-b border-failing bg-failing-soft px-4 py-1.5 text-xs text-failing-text">
            {t('broken', { reason: broken })}
          </p>
        )}
        <ObjectEditor
          label={t('editor', { name })}
          text={text}
          line={lineNow(answer, opened)}
          {...(writable && document !== undefined ? { onChange: (next: string) => drafts.edit(document, next) } : {})}
        />
      </div>
    </Inspector>
  );
}
