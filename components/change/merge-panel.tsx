'use client';

import clsx from 'clsx';
import { type ReactNode, useState } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from '@/components/ui/button';
import { YamlDiff } from '@/components/ui/yaml-diff';
import type { AnyObject, Deletion, MergeConflict } from '@/lib/contract';
import { toYaml } from '@/lib/yaml';
import { type FieldPath, type Side, chooseSides, fieldText, valueAt } from './merge-fields';

/** What choices make of a conflicting draft: objects and deletions that stand on the newest versions. */
export interface Merged {
  objects: AnyObject[];
  deletes: Deletion[];
  /** What was there when it was merged: the base of the next merge. */
  bases: AnyObject[];
}

export interface MergePanelProps {
  conflicts: readonly MergeConflict[];
  /** The wish was an undo: its words differ. */
  undo?: boolean;
  onMerged: (merged: Merged) => void;
}

const sides = ['mine', 'theirs'] as const;

function textOf(object: AnyObject | null, path: FieldPath): string | null {
  const value = object === null ? undefined : valueAt(object, path);
  if (value === undefined) return null;
  return typeof value === 'object' && value !== null ? toYaml(value).trimEnd() : JSON.stringify(value);
}

function Value({ text }: { text: string | null }): ReactNode {
  const t = useTranslations('change');
  if (text === null) return <span className="text-xs text-faint">{t('mergeAbsent')}</span>;
  return <pre className="max-h-48 overflow-auto font-mono text-xs leading-[18px]">{text}</pre>;
}

/** One field that both sides changed: how it was, what each makes of it, and the choice between them. */
function Field({
  conflict,
  path,
  choice,
  undo,
  onChoose,
}: {
  conflict: MergeConflict;
  path: FieldPath;
  choice: Side | undefined;
  undo: boolean;
  onChoose: (side: Side) => void;
}): ReactNode {
  const t = useTranslations('change');
  const name = path.length === 0 ? t('mergeWhole') : fieldText(path);
  return (
    <fieldset className="@container min-w-0" data-testid="merge-field">
      <legend className="mb-1 font-mono text-xs">{name}</legend>
      <div className="grid grid-cols-1 gap-1.5 @md:grid-cols-3">
        <div className="min-w-0 rounded-sm border border-line bg-inset px-2 py-1.5">
          <span className="block text-xs text-muted">{t('mergeBase')}</span>
          <Value text={textOf(conflict.base, path)} />
        </div>
        {sides.map((side) => (
          <label
            key={side}
            className={clsx(
              'min-w-0 cursor-pointer rounded-sm border px-2 py-1.5',
              choice === side ? 'border-accent bg-accent-soft' : 'border-line-strong bg-panel hover:bg-hover',
            )}
          >
            <span className="flex items-center gap-1.5 text-xs">
              <input
                type="radio"
                name={`${conflict.ref.kind} ${conflict.ref.name} ${name}`}
                checked={choice === side}
                onChange={() => onChoose(side)}
                className="size-3 accent-[var(--accent)]"
              />
              {t(side === 'theirs' ? 'mergeTheirs' : undo ? 'mergeUndo' : 'mergeMine')}
            </span>
            <Value text={textOf(conflict[side], path)} />
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** Puts what two people made of the same objects together: a choice per field that both changed, and the result to look at. Nothing is written here. */
export function MergePanel({ conflicts, undo = false, onMerged }: MergePanelProps): ReactNode {
  const t = useTranslations('change');
  const [choices, setChoices] = useState<Record<string, Side>>({});
  const key = (conflict: MergeConflict, at: number): string => `${conflict.ref.kind} ${conflict.ref.namespace}/${conflict.ref.name} ${at}`;
  const chosen = (conflict: MergeConflict): (Side | undefined)[] => conflict.paths.map((_, at) => choices[key(conflict, at)]);
  const open = conflicts.flatMap((one) => chosen(one)).filter((one) => one === undefined).length;
  const resultOf = (conflict: MergeConflict): AnyObject | null =>
    chooseSides(
      conflict,
      chosen(conflict).map((one) => one ?? 'mine'),
    );
  const finish = (): void => {
    const merged: Merged = { objects: [], deletes: [], bases: [] };
    for (const conflict of conflicts) {
      const { ref, theirs, combined } = conflict;
      const result = resultOf(conflict);
      if (theirs !== null) merged.bases.push(theirs);
      // Of an object that is kept as it is nothing is written.
      if (combined === null && result === theirs) continue;
      if (result === null) merged.deletes.push({ ...ref });
      else merged.objects.push(result);
    }
    onMerged(merged);
  };
  return (
    <section className="flex flex-col gap-3 border-b border-line px-4 py-3" aria-label={t('merge')} data-testid="merge">
      {conflicts.map((conflict) => {
        const name = `${conflict.ref.kind} ${conflict.ref.namespace}/${conflict.ref.name}`;
        const result = resultOf(conflict);
        return (
          <div key={name} className="flex flex-col gap-2">
            <h3 className="text-sm break-all">{name}</h3>
            {conflict.paths.length === 0 ? (
              <p className="text-sm text-muted">{t('conflictMerged')}</p>
            ) : (
              conflict.paths.map((path, at) => (
                <Field
                  key={fieldText(path)}
                  conflict={conflict}
                  path={path}
                  undo={undo}
                  choice={choices[key(conflict, at)]}
                  onChoose={(side) => setChoices({ ...choices, [key(conflict, at)]: side })}
                />
              ))
            )}
            {conflict.combined !== null && result !== null && conflict.theirs !== null && open === 0 && (
              <div>
                <p className="mb-1 text-xs text-muted">{t('mergeResult')}</p>
                <YamlDiff
                  label={t('yamlOf', { name })}
                  before={toYaml(conflict.theirs)}
                  after={toYaml({ ...result, metadata: { ...result.metadata, resourceVersion: undefined } })}
                />
              </div>
            )}
          </div>
        );
      })}
      <div className="flex items-center gap-3">
        <Button size="sm" variant="primary" disabled={open > 0} onClick={finish}>
          {t('mergePreview')}
        </Button>
        {open > 0 && <span className="text-xs text-muted">{t('mergeOpen', { count: open })}</span>}
      </div>
    </section>
  );
}
