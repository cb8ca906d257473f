'use client';

import { ChevronRight, Plus, X } from 'lucide-react';
import { type ReactNode, memo, use, useState } from 'react';
import { useTranslations } from 'use-intl';
import { Popover } from '@/components/ui/floating';
import { patternOf } from '@/lib/kinds';
import type { Field, FieldShape } from '@/lib/kinds';
import type { YamlPath } from '@/lib/yaml';
import { FieldFindings, FieldRow } from './field-row';
import { LayoutContext, belowSpec, samePath, useFormControl, writePath } from './form-control';
import type { FormFieldProps } from './form-control';
import { FormList } from './form-list';
import { FormMap } from './form-map';
import { newValue, sumUp } from './new-value';
import { ScalarField } from './scalar-field';
import { DestinationField, StringMatchField } from './special-fields';

function isScalar(shape: FieldShape): boolean {
  return ['text', 'integer', 'number', 'boolean', 'enum'].includes(shape.type);
}

/** Whether a field takes one line and may stand there empty. */
function isSimple(shape: FieldShape): boolean {
  if (isScalar(shape) || shape.widget === 'stringMatch' || shape.widget === 'destination') return true;
  return shape.type === 'object' && shape.fields.length === 1 && shape.fields.every((field) => isSimple(field.shape));
}

/** A field, however its value is shaped. Drawn again only when its own value changes. */
export const FormField = memo(
  function FormField(props: FormFieldProps): ReactNode {
    const { name, shape, path, value, note, isRequired } = props;
    const t = useTranslations('editor');
    const { show } = useFormControl();
    const isSet = value !== undefined;
    if (shape.widget === 'stringMatch' || shape.widget === 'destination') {
      const Control = shape.widget === 'stringMatch' ? StringMatchField : DestinationField;
      return (
        <FieldRow {...{ name, path, note, isRequired, isSet }}>
          <Control label={name} path={path} value={value} />
        </FieldRow>
      );
    }
    // What no control fits is left to the text.
    if (shape.type === 'any' || !fits(shape, value)) {
      return (
        <FieldRow {...{ name, path, note, isRequired, isSet }}>
          <span className="flex items-center gap-2 text-xs text-muted">
            <span className="min-w-0 truncate font-mono">{sumUp(value, 40)}</span>
            <button
              type="button"
              aria-label={t('showInYaml', { name })}
              onClick={() => show(path)}
              className="text-accent-text hover:underline"
            >
              {t('onlyInYaml')}
            </button>
          </span>
        </FieldRow>
      );
    }
    if (isScalar(shape)) {
      return (
        <FieldRow {...{ name, path, note, isRequired, isSet }}>
          <ScalarField label={name} {...{ shape, path, value, note, isRequired }} />
        </FieldRow>
      );
    }
    if (shape.type === 'list') return <FormList {...props} item={shape.item} />;
    if (shape.type === 'map') return <FormMap {...props} entry={shape.value} />;
    if (shape.type !== 'object') return null;
    const [only] = shape.fields;
    if (only !== undefined && shape.fields.length === 1 && !hasOther(value, only.name)) {
      // A box around one value is shown as that value.
      const inner: YamlPath = [...path, only.name];
      const innerValue = (value as Record<string, unknown> | undefined)?.[only.name];
      if (isScalar(only.shape)) {
        return (
          <FieldRow {...{ name, path: inner, note: note ?? only.note, isRequired, isSet }} removes={path}>
            <ScalarField
              label={name}
              shape={only.shape}
              path={inner}
              value={innerValue}
              note={only.note}
              isRequired={isRequired}
              removes={path}
            />
          </FieldRow>
        );
      }
      if (only.shape.type === 'map') {
        return <FormMap {...props} path={inner} value={innerValue} entry={only.shape.value} isRequired={isRequired} removes={path} />;
      }
    }
    return <FormSection {...props} />;
  },
  (before, after) =>
    before.value === after.value && before.shape === after.shape && before.name === after.name && samePath(before.path, after.path),
);

function hasOther(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).some((key) => key !== name);
}

/** Whether a control for a shape can show a value; a text of the wrong type is shown as it is, to be mended. */
function fits(shape: FieldShape, value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (shape.type === 'list') return Array.isArray(value);
  if (shape.type === 'object' || shape.type === 'map') return typeof value === 'object' && !Array.isArray(value);
  return typeof value !== 'object';
}

/** An object inside of another: a part that can be closed, with a line that stands for it. */
function FormSection({ name, shape, path, value, note, isRequired }: FormFieldProps): ReactNode {
  const t = useTranslations('editor');
  const { remove, explain } = useFormControl();
  const [open, setOpen] = useState(true);
  const isSet = value !== undefined;
  return (
    <div role="group" aria-label={name} data-path={writePath(path)}>
      <div className="group flex h-8 items-center gap-1" onMouseEnter={() => explain(name, note)}>
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          onFocus={() => explain(name, note)}
          className="flex min-w-0 flex-1 items-center gap-1 rounded-sm text-left hover:text-accent-text"
        >
          <ChevronRight size={13} aria-hidden="true" className={`shrink-0 text-faint transition-transform ${open ? 'rotate-90' : ''}`} />
          <span className="font-mono text-xs">{name}</span>
          {!open && <span className="truncate pl-2 text-xs text-faint">{sumUp(value) || t('empty')}</span>}
        </button>
        {isSet && !isRequired && (
          <button
            type="button"
            aria-label={t('removeField', { name })}
            onClick={() => remove(path)}
            className="flex size-6 items-center justify-center rounded-sm text-faint opacity-60 group-hover:opacity-100 hover:bg-hover hover:text-text"
          >
            <X size={13} aria-hidden="true" />
          </button>
        )}
      </div>
      <FieldFindings path={path} />
      {open && (
        <div className="ml-1.5 border-l border-line pl-3">
          <FormFields shape={shape} path={path} value={value} />
        </div>
      )}
    </div>
  );
}

/** The fields of an object: those that are set or offered, and a way to every other. */
export function FormFields({ shape, path, value }: { shape: FieldShape; path: YamlPath; value: unknown }): ReactNode {
  const layout = use(LayoutContext);
  const given = typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
  if (shape.type !== 'object') return null;
  const named = layout?.parts?.[patternOf(belowSpec(path))];
  const rank = (name: string): number => {
    const at = named?.indexOf(name) ?? -1;
    return at < 0 ? 1000 : at;
  };
  const ordered = shape.fields.toSorted((left, right) => rank(left.name) - rank(right.name));
  const isOffered = (field: Field): boolean => field.isRequired || (named?.includes(field.name) ?? shape.fields.length <= 4);
  const shown = ordered.filter((field) => field.name in given || (isOffered(field) && isSimple(field.shape)));
  const rest = ordered.filter((field) => !shown.includes(field));
  const unknown = Object.keys(given).filter((name) => !shape.fields.some((field) => field.name === name));
  return (
    <>
      {shown.map((field) => (
        <FormField
          key={field.name}
          name={field.name}
          shape={field.shape}
          path={[...path, field.name]}
          value={given[field.name]}
          note={field.note}
          isRequired={field.isRequired}
        />
      ))}
      {unknown.map((name) => (
        <FormField
          key={name}
          name={name}
          shape={unknownShape}
          path={[...path, name]}
          value={given[name]}
          note={undefined}
          isRequired={false}
        />
      ))}
      <AddFields path={path} offered={rest.filter(isOffered)} others={rest.filter((field) => !isOffered(field))} />
    </>
  );
}

const unknownShape: FieldShape = { type: 'any' };

/** Buttons for the parts that are usual here, and a list of all others. */
function AddFields({ path, offered, others }: { path: YamlPath; offered: readonly Field[]; others: readonly Field[] }): ReactNode {
  const t = useTranslations('editor');
  const layout = use(LayoutContext);
  const { set, explain } = useFormControl();
  const [open, setOpen] = useState(false);
  const [text, setText] = useState('');
  const add = (field: Field): void => set([...path, field.name], newValue(field.shape, belowSpec([...path, field.name]), layout));
  const wanted = others.filter((field) => field.name.toLowerCase().includes(text.toLowerCase()));
  if (offered.length + others.length === 0) return null;
  return (
    <div className="flex flex-wrap items-center gap-1 py-1">
      {offered.map((field) => (
        <button
          key={field.name}
          type="button"
          aria-label={t('addNamed', { name: field.name })}
          title={field.note?.text}
          onClick={() => add(field)}
          onFocus={() => explain(field.name, field.note)}
          className="flex h-6 items-center gap-1 rounded-sm border border-dashed border-line-strong px-1.5 font-mono text-xs text-muted hover:border-accent hover:text-accent-text"
        >
          <Plus size={11} aria-hidden="true" />
          {field.name}
        </button>
      ))}
      {others.length > 0 && (
        <Popover
          label={t('addField')}
          open={open}
          onOpenChange={setOpen}
          className="w-80"
          trigger={
            <button
              type="button"
              className="flex h-6 items-center gap-1 rounded-sm px-1.5 text-xs text-muted hover:bg-hover hover:text-text"
            >
              <Plus size={11} aria-hidden="true" />
              {t('addField')}
            </button>
          }
        >
          <input
            aria-label={t('filterFields')}
            placeholder={t('filterFields')}
            value={text}
            onChange={(event) => setText(event.target.value)}
            className="mb-1 h-7 w-full rounded-sm border border-line-strong bg-panel px-2 text-sm"
          />
          <ul className="max-h-72 overflow-auto">
            {wanted.length === 0 && <li className="px-2 py-1 text-sm text-muted">{t('noField')}</li>}
            {wanted.map((field) => (
              <li key={field.name}>
                <button
                  type="button"
                  onClick={() => {
                    add(field);
                    setOpen(false);
                    setText('');
                  }}
                  className="w-full rounded-sm px-2 py-1 text-left hover:bg-hover focus-visible:bg-hover"
                >
                  <span className={`font-mono text-xs ${field.note?.deprecated === undefined ? '' : 'line-through'}`}>{field.name}</span>
                  <span className="block text-xs text-muted">{field.note?.text}</span>
                </button>
              </li>
            ))}
          </ul>
        </Popover>
      )}
    </div>
  );
}
