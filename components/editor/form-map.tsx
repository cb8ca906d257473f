'use client';

import { Plus, X } from 'lucide-react';
import { type ReactNode, use, useState } from 'react';
import { useTranslations } from 'use-intl';
import type { FieldShape } from '@/lib/kinds';
import type { YamlPath } from '@/lib/yaml';
import { listIds } from './choice-lists';
import { FieldFindings, FieldRow, GroupHead, inputLook, smallButton } from './field-row';
import { LayoutContext, PartsContext, belowSpec, useChoices, useFormControl, writePath } from './form-control';
import type { FormFieldProps } from './form-control';
import { newValue } from './new-value';
import { ScalarField } from './scalar-field';
import { StringMatchField } from './special-fields';

/** Fields with names of one's own: labels, headers, ports by name. */
export function FormMap({
  name,
  entry,
  path,
  value,
  note,
  isRequired,
  shape,
  removes,
}: FormFieldProps & { entry: FieldShape; removes?: YamlPath }): ReactNode {
  const t = useTranslations('editor');
  const layout = use(LayoutContext);
  const { Fields } = use(PartsContext);
  const { set, remove } = useFormControl();
  const { choices, namespace } = useChoices();
  const [fresh, setFresh] = useState('');
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const isLabels = shape.widget === 'labels' || /labels?$|selector$/i.test(name);
  const known = choices?.labels[namespace] ?? choices?.labels['*'];
  const add = (): void => {
    const key = fresh.trim();
    if (key === '' || entries.some(([other]) => other === key)) return;
    set([...path, key], newValue(entry, belowSpec([...path, key]), layout));
    setFresh('');
  };
  const adder = (
    <span className="flex items-center gap-1.5">
      <input
        aria-label={t('addEntry', { name })}
        placeholder={t('key')}
        value={fresh}
        list={isLabels ? listIds.labels : undefined}
        spellCheck={false}
        onChange={(event) => setFresh(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            event.preventDefault();
            add();
          }
        }}
        className={`${inputLook} !w-40 font-mono text-xs`}
      />
      <button
        type="button"
        onClick={add}
        disabled={fresh.trim() === ''}
        aria-label={`${t('addEntry', { name })}: ${fresh}`}
        className={`${smallButton} disabled:opacity-40`}
      >
        <Plus size={13} aria-hidden="true" />
      </button>
    </span>
  );
  if (value === undefined) {
    return <FieldRow {...{ name, path, note, isRequired, isSet: false }}>{adder}</FieldRow>;
  }
  return (
    <div role="group" aria-label={name} data-path={writePath(path)} className="py-0.5">
      <GroupHead name={name} note={note} onRemove={isRequired ? undefined : () => remove(removes ?? path)} />
      <FieldFindings path={path} />
      <ul className="flex flex-col gap-1 pl-3">
        {entries.map(([key, one]) => {
          const at = [...path, key];
          const values = isLabels ? known?.[key] : undefined;
          return (
            <li key={key} data-path={writePath(at)}>
              <div className="grid min-h-7 grid-cols-[minmax(80px,160px)_minmax(0,1fr)_24px] items-center gap-2">
                <span className="truncate font-mono text-xs text-muted" title={key}>
                  {key}
                </span>
                {entry.widget === 'stringMatch' ? (
                  <StringMatchField label={key} path={at} value={one} />
                ) : entry.type === 'object' ? (
                  <span />
                ) : values === undefined ? (
                  <ScalarField label={key} shape={entry} path={at} value={one} note={undefined} isRequired />
                ) : (
                  <>
                    <input
                      aria-label={key}
                      value={typeof one === 'string' ? one : ''}
                      list={`${listIds.labels}-${key}`}
                      spellCheck={false}
                      onChange={(event) => set(at, event.target.value)}
                      className={`${inputLook} font-mono text-xs`}
                    />
                    <datalist id={`${listIds.labels}-${key}`}>
                      {values.map((text) => (
                        <option key={text}>{text}</option>
                      ))}
                    </datalist>
                  </>
                )}
                <button type="button" aria-label={t('removeEntry', { key })} onClick={() => remove(at)} className={smallButton}>
                  <X size={13} aria-hidden="true" />
                </button>
              </div>
              <FieldFindings path={at} />
              {entry.type === 'object' && entry.widget === undefined && (
                <div className="ml-1.5 border-l border-line pl-3">
                  <Fields shape={entry} path={at} value={one} />
                </div>
              )}
            </li>
          );
        })}
        <li>{adder}</li>
      </ul>
    </div>
  );
}
