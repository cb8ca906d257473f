'use client';

import { createTwoFilesPatch } from 'diff';
import { FileDown } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from '@/components/ui/button';
import type { PreviewResponse } from '@/lib/contract';

export type OwnerChoice = 'takeOver' | 'leave' | 'export';

const choices = ['takeOver', 'leave', 'export'] as const;

function save(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/** The draft as a patch that `git apply` takes, one file per object. */
export function patchOf(documents: PreviewResponse['documents']): string {
  return documents
    .filter((one) => one.action !== 'none')
    .map(({ ref, before, after }) => {
      const file = `${ref.namespace === '' ? '' : `${ref.namespace}/`}${ref.kind.toLowerCase()}-${ref.name}.yaml`;
      const [old, fresh] = [before === null ? '/dev/null' : `a/${file}`, after === null ? '/dev/null' : `b/${file}`];
      return createTwoFilesPatch(old, fresh, before ?? '', after ?? '').replace(/^=+\n/, '');
    })
    .join('');
}

function yamlOf(documents: PreviewResponse['documents']): string {
  return documents.flatMap((one) => (one.after === null || one.action === 'none' ? [] : [one.after])).join('---\n');
}

export interface OwnersChoiceProps {
  preview: PreviewResponse;
  choice: OwnerChoice | undefined;
  onChoose: (choice: OwnerChoice) => void;
  onLeave: () => void;
}

/** Someone else owns fields of the draft: take over, leave, or hand it to them. Without a choice nothing is written. */
export function OwnersChoice({ preview, choice, onChoose, onLeave }: OwnersChoiceProps): ReactNode {
  const t = useTranslations('change');
  const { owners } = preview.guards;
  return (
    <fieldset
      className="mx-4 mb-3 flex flex-col gap-1.5 rounded-sm border border-degraded bg-degraded-soft px-3 py-2 text-sm"
      data-testid="owners"
    >
      <legend className="sr-only">{t('ownersChoice')}</legend>
      {owners.map((owner) => (
        <p key={`${owner.manager} ${owner.ref.kind} ${owner.ref.name}`} className="text-degraded-text">
          {t('owners', { manager: owner.manager, fields: owner.fields.join(', '), name: `${owner.ref.kind} ${owner.ref.name}` })}{' '}
          {owner.role !== 'other' && t(`ownerRole.${owner.role}`)}
        </p>
      ))}
      {choices.map((one) => (
        <label key={one} className="flex items-center gap-2">
          <input
            type="radio"
            name="owner-choice"
            checked={choice === one}
            onChange={() => onChoose(one)}
            className="size-3.5 accent-[var(--accent)]"
          />
          {t(`choices.${one}`)}
        </label>
      ))}
      {choice === 'leave' && (
        <Button size="sm" className="self-start" onClick={onLeave}>
          {t('dropIt')}
        </Button>
      )}
      {choice === 'export' && (
        <div className="flex gap-2">
          <Button
            size="sm"
            icon={<FileDown size={13} aria-hidden="true" />}
            onClick={() => save('change.patch', 'text/x-diff', patchOf(preview.documents))}
          >
            {t('exportPatch')}
          </Button>
          <Button
            size="sm"
            icon={<FileDown size={13} aria-hidden="true" />}
            onClick={() => save('change.yaml', 'application/yaml', yamlOf(preview.documents))}
          >
            {t('exportYaml')}
          </Button>
        </div>
      )}
    </fieldset>
  );
}
