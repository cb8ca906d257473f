'use client';

import { type ReactNode, useEffect, useRef } from 'react';

/** A labelled number, empty for none. Gives `null` for empty and never a value that is no number. */
export function NumberField({
  label,
  value,
  onChange,
  min,
  max,
  unit,
  placeholder,
  disabled,
}: {
  label: string;
  value: number | null;
  onChange: (value: number | null) => void;
  min?: number;
  max?: number;
  unit?: string;
  placeholder?: string;
  disabled?: boolean;
}): ReactNode {
  return (
    <label className="flex items-center justify-between gap-3 py-0.5 text-sm">
      <span className="text-muted">{label}</span>
      <span className="flex items-center gap-1.5">
        <input
          type="number"
          value={value ?? ''}
          min={min}
          max={max}
          placeholder={placeholder}
          disabled={disabled}
          onChange={(event) => {
            const next = event.target.valueAsNumber;
            if (event.target.value === '') onChange(null);
            else if (Number.isFinite(next))
              onChange(Math.min(max ?? Number.POSITIVE_INFINITY, Math.max(min ?? Number.NEGATIVE_INFINITY, next)));
          }}
          className="h-7 w-28 rounded-sm border border-line-strong bg-panel px-2 text-right placeholder:text-faint disabled:opacity-50"
        />
        {unit !== undefined && <span className="w-6 text-faint">{unit}</span>}
      </span>
    </label>
  );
}

/** A labelled text. */
export function TextField({
  label,
  value,
  onChange,
  placeholder,
  mono,
  focused,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  placeholder?: string;
  mono?: boolean;
  /** For what has just been opened by hand. */
  focused?: boolean;
}): ReactNode {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (focused === true) input.current?.focus();
  }, [focused]);
  return (
    <label className="flex items-center justify-between gap-3 py-0.5 text-sm">
      <span className="text-muted">{label}</span>
      <input
        ref={input}
        value={value}
        placeholder={placeholder}
        onChange={(event) => onChange(event.target.value)}
        className={`h-7 w-44 rounded-sm border border-line-strong bg-panel px-2 placeholder:text-faint ${mono ? 'font-mono text-xs' : ''}`}
      />
    </label>
  );
}

/** A labelled switch. */
export function Toggle({
  label,
  checked,
  onChange,
  disabled,
}: {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
}): ReactNode {
  return (
    <label className="flex items-center gap-2 py-0.5 text-sm">
      <input
        type="checkbox"
        role="switch"
        aria-checked={checked}
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
        className="size-3.5 accent-[var(--accent)]"
      />
      {label}
    </label>
  );
}
