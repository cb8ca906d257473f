import type { ReactNode } from 'react';

/** A labelled choice of one of a few. */
export function SelectField<Value extends string>({
  label,
  value,
  options,
  onChange,
  disabled,
}: {
  label: string;
  value: Value;
  options: readonly (readonly [value: Value, text: string])[];
  onChange: (value: Value) => void;
  disabled?: boolean;
}): ReactNode {
  return (
    <label className="flex items-center justify-between gap-3 py-0.5 text-sm">
      <span className="text-muted">{label}</span>
      <select
        value={value}
        disabled={disabled}
        onChange={(event) => {
          const next = options.find(([one]) => one === event.target.value);
          if (next) onChange(next[0]);
        }}
        className="h-7 w-44 rounded-sm border border-line-strong bg-panel px-1.5 disabled:opacity-50"
      >
        {options.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
