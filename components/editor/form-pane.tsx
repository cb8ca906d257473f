'use client';

import { type ReactNode, useMemo, useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import type { FieldNote } from '@/lib/kinds';
import { metadataFields, shapeOf } from '@/lib/kinds';
import type { MeshChoices, TextFinding } from '@/lib/validate';
import { ChoiceLists } from './choice-lists';
import type { ReadEntry } from './draft-entries';
import { FieldRow } from './field-row';
import { ChoicesContext, FindingsContext, FormControlContext, LayoutContext, PartsContext } from './form-control';
import type { FormControl, FormParts } from './form-control';
import { FormField, FormFields } from './form-object';

export interface FormPaneProps {
  entry: ReadEntry;
  /** Whether the object exists: its name and namespace then are what they are. */
  isStored: boolean;
  control: Omit<FormControl, 'explain'>;
  choices: MeshChoices | undefined;
  findings: readonly TextFinding[];
}

const parts: FormParts = { Field: FormField, Fields: FormFields };

/** The form of an object: made from the schema of its kind, in the order of its layout. */
export function FormPane({ entry, isStored, control, choices, findings }: FormPaneProps): ReactNode {
  const t = useTranslations('editor');
  const [help, setHelp] = useState<{ name: string; note: FieldNote | undefined }>();
  const last = useRef('');
  const whole = useMemo(
    () => ({
      ...control,
      explain: (name: string, note: FieldNote | undefined) => {
        if (last.current === name) return;
        last.current = name;
        setHelp({ name, note });
      },
    }),
    [control],
  );
  const byPath = useMemo(() => {
    const map = new Map<string, TextFinding[]>();
    for (const finding of findings) map.set(finding.path, [...(map.get(finding.path) ?? []), finding]);
    return map;
  }, [findings]);
  const forChoice = useMemo(() => ({ choices, namespace: entry.namespace }), [choices, entry.namespace]);
  const { kind, value } = entry;
  const [firstProblem] = entry.source.problems;
  if (kind?.spec === undefined || kind.form === undefined) {
    return <p className="px-4 py-3 text-sm text-muted">{kind === undefined ? t('unknownKind') : t('noForm', { kind: kind.kind })}</p>;
  }
  const spec = shapeOf(kind.spec);
  const metadata = metadataFields(kind);
  const given = typeof value?.['spec'] === 'object' && value['spec'] !== null ? (value['spec'] as Record<string, unknown>) : {};
  const named = typeof value?.['metadata'] === 'object' && value['metadata'] !== null ? (value['metadata'] as Record<string, unknown>) : {};
  return (
    <FormControlContext value={whole}>
      <ChoicesContext value={forChoice}>
        <FindingsContext value={byPath}>
          <LayoutContext value={kind.form}>
            <PartsContext value={parts}>
              {firstProblem && (
                <p role="alert" className="border-b border-failing bg-failing-soft px-4 py-2 text-sm text-failing-text">
                  {t('broken', { line: String(entry.source.text.slice(0, firstProblem.from).split('\n').length) })}
                </p>
              )}
              <div
                inert={firstProblem !== undefined}
                className={`min-h-0 flex-1 overflow-auto px-4 pb-4 ${firstProblem ? 'opacity-50' : ''}`}
              >
                <ChoiceLists />
                <Group title={t('metadata')}>
                  {metadata.map((field) =>
                    isStored && field.isRequired ? (
                      <FixedField key={field.name} name={field.name} value={named[field.name]} note={field.note} />
                    ) : (
                      <FormField
                        key={field.name}
                        name={field.name}
                        shape={field.shape}
                        path={['metadata', field.name]}
                        value={named[field.name]}
                        note={field.note}
                        isRequired={field.isRequired}
                      />
                    ),
                  )}
                </Group>
                {kind.form.groups.map((group) => (
                  <Group key={group.title} title={group.title}>
                    {group.fields.flatMap((name) => {
                      const field = spec.type === 'object' ? spec.fields.find((one) => one.name === name) : undefined;
                      if (field === undefined || (field.note?.deprecated !== undefined && given[name] === undefined)) return [];
                      return [
                        <FormField
                          key={name}
                          name={name}
                          shape={field.shape}
                          path={['spec', name]}
                          value={given[name]}
                          note={field.note}
                          isRequired={field.isRequired}
                        />,
                      ];
                    })}
                  </Group>
                ))}
              </div>
              <p className="min-h-12 border-t border-line bg-inset px-4 py-1.5 text-xs text-muted" data-testid="field-help">
                {help === undefined ? (
                  t('help')
                ) : (
                  <>
                    <span className="font-mono text-text">{help.name}</span> {help.note?.text}{' '}
                    {help.note?.deprecated !== undefined && t('outdated', { instead: help.note.deprecated })}
                  </>
                )}
              </p>
            </PartsContext>
          </LayoutContext>
        </FindingsContext>
      </ChoicesContext>
    </FormControlContext>
  );
}

/** A field that cannot be changed (any more). */
function FixedField({ name, value, note }: { name: string; value: unknown; note: FieldNote | undefined }): ReactNode {
  const path = ['metadata', name];
  return (
    <FieldRow name={name} path={path} note={note} isRequired={false} isSet={false}>
      <span className="truncate font-mono text-xs text-muted" data-testid={`fixed-${name}`}>
        {typeof value === 'string' ? value : ''}
      </span>
    </FieldRow>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }): ReactNode {
  return (
    <div role="group" aria-label={title} className="border-b border-line py-2 last:border-0">
      <h2 className="py-1 text-sm">{title}</h2>
      {children}
    </div>
  );
}
