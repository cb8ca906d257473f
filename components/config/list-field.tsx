'use client';

import { type ReactNode, useState } from 'react';

/** A list of texts in one field, separated by commas; what is being typed stays as it is typed. */
export function ListField({
  label,
  values,
  onChange,
}: {
  label: string;
  values: readonly string[];
  onChange: (values: string[]) => void;
}): ReactNode {
  const [typed, setTyped] = useState<string>();
  return (
    <input
      aria-label={label}
      value={typed ?? values.join(', ')}
      onChange={(event) => {
        setTyped(event.target.value);
        onChange(
          event.target.value
            .split(',')
            .map((one) => one.trim())
            .filter((one) => one !== ''),
        );
      }}
      onBlur={() => setTyped(undefined)}
      className="h-7 min-w-0 flex-1 rounded-sm border border-line-strong bg-panel px-2 font-mono text-xs"
    />
  );
}
