import { Search } from 'lucide-react';
import type { ReactNode } from 'react';

/** A small search field for filtering what is on the page. */
export function FilterField({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }): ReactNode {
  return (
    <label className="flex h-8 w-56 items-center gap-2 rounded-md border border-line bg-inset px-2.5 focus-within:border-accent">
      <Search size={14} aria-hidden="true" className="shrink-0 text-faint" />
      <input
        type="search"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        placeholder={label}
        aria-label={label}
        className="min-w-0 flex-1 bg-transparent text-sm outline-none placeholder:text-faint"
      />
    </label>
  );
}
