'use client';

import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import type { FieldNote, FieldShape, Widget } from '@/lib/kinds';
import type { YamlPath } from '@/lib/yaml';
import { inputLook } from './field-row';
import { useFormControl } from './form-control';
import { listIds } from './choice-lists';

export interface ScalarFieldProps {
  label: string;
  shape: FieldShape;
  path: YamlPath;
  value: unknown;
  note: FieldNote | undefined;
  isRequired: boolean;
  /** What an emptied field removes; itself when left out. */
  removes?: YamlPath;
}

const units: Partial<Record<Widget, string>> = { percent: '%' };
const mono = new Set<Widget>(['regex', 'path', 'header', 'host', 'cidr', 'duration', 'method']);
const placeholders: Partial<Record<Widget, string>> = { duration: '5s', path: '/', cidr: '10.0.0.0/8', regex: '.*' };

/** The control of one value: a text with suggestions, a number, a switch, a choice. */
export function ScalarField(props: ScalarFieldProps): ReactNode {
  const { label, shape, path, value, isRequired, removes } = props;
  const t = useTranslations('editor');
  const { set, remove } = useFormControl();
  const write = (next: unknown): void => {
    if (next === '' && !isRequired && typeof path.at(-1) !== 'number') remove(removes ?? path);
    else set(path, next);
  };
  if (shape.type === 'enum') return <EnumField {...props} values={shape.values} onChange={write} />;
  if (shape.type === 'boolean') {
    return (
      <select
        aria-label={label}
        value={value === true ? 'true' : value === false ? 'false' : ''}
        onChange={(event) => write(event.target.value === '' ? '' : event.target.value === 'true')}
        className={`${inputLook} max-w-40 ${value === undefined ? 'text-faint' : ''}`}
      >
        <option value="">{t('unset')}</option>
        <option value="true">{t('on')}</option>
        <option value="false">{t('off')}</option>
      </select>
    );
  }
  if (shape.type === 'integer' || shape.type === 'number') {
    const { widget } = shape;
    return (
      <span className="flex items-center gap-1.5">
        <input
          type="number"
          aria-label={label}
          value={typeof value === 'number' ? value : ''}
          step={shape.type === 'integer' ? 1 : 'any'}
          {...(widget === 'percent' ? { min: 0, max: 100 } : {})}
          list={widget === 'port' ? listIds.ports : widget === 'statusCode' ? listIds.statuses : undefined}
          onChange={(event) => {
            if (event.target.value === '') write('');
            else if (Number.isFinite(event.target.valueAsNumber)) set(path, event.target.valueAsNumber);
          }}
          className={`${inputLook} max-w-28 text-right`}
        />
        {widget !== undefined && units[widget] !== undefined && <span className="text-faint">{units[widget]}</span>}
      </span>
    );
  }
  const { widget } = shape;
  if (widget === 'multiline') {
    return (
      <textarea
        aria-label={label}
        value={typeof value === 'string' ? value : ''}
        rows={5}
        onChange={(event) => write(event.target.value)}
        className="my-1 w-full rounded-sm border border-line-strong bg-panel px-2 py-1 font-mono text-xs"
      />
    );
  }
  return (
    <input
      aria-label={label}
      value={typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value)}
      list={widget === undefined ? undefined : listIds.of(widget)}
      placeholder={widget === undefined ? undefined : placeholders[widget]}
      onChange={(event) => write(event.target.value)}
      spellCheck={false}
      autoComplete="off"
      className={`${inputLook} ${widget !== undefined && mono.has(widget) ? 'font-mono text-xs' : ''} ${widget === 'duration' ? 'max-w-28' : ''}`}
    />
  );
}

/** One of few values: all of them in sight; of many: a list. */
function EnumField({
  label,
  value,
  values,
  note,
  isRequired,
  onChange,
}: ScalarFieldProps & { values: readonly string[]; onChange: (value: string) => void }): ReactNode {
  const t = useTranslations('editor');
  const isUnknown = typeof value === 'string' && value !== '' && !values.includes(value);
  if (values.length <= 4 && !isUnknown) {
    return (
      <div role="group" aria-label={label} className="flex flex-wrap gap-0.5">
        {values.map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={value === one}
            title={note?.values?.[one]}
            onClick={() => onChange(value === one && !isRequired ? '' : one)}
            className={`h-7 rounded-sm border px-2 text-xs ${value === one ? 'border-accent bg-accent-soft text-accent-text' : 'border-line-strong text-muted hover:bg-hover'}`}
          >
            {one}
          </button>
        ))}
      </div>
    );
  }
  return (
    <select
      aria-label={label}
      value={typeof value === 'string' ? value : ''}
      onChange={(event) => onChange(event.target.value)}
      className={`${inputLook} max-w-72 ${value === undefined ? 'text-faint' : ''}`}
    >
      {(!isRequired || value === undefined || value === '') && <option value="">{t('unset')}</option>}
      {isUnknown && <option value={value}>{value}</option>}
      {values.map((one) => (
        <option key={one} value={one} title={note?.values?.[one]}>
          {note?.values?.[one] === undefined ? one : `${one} – ${note.values[one]}`}
        </option>
      ))}
    </select>
  );
}
