'use client';

import { ChevronRight } from 'lucide-react';
import { type ReactNode, useId, useState } from 'react';

export interface FoldProps {
  title: ReactNode;
  /** What is inside, in a few words, while it is folded. */
  summary?: ReactNode;
  /** Differs from what is in force: marked at its left border. */
  changed?: boolean;
  openAtFirst?: boolean;
  children: ReactNode;
}

/** A part that opens and closes in place, with what it holds said in one line. */
export function Fold({ title, summary, changed = false, openAtFirst = false, children }: FoldProps): ReactNode {
  const [open, setOpen] = useState(openAtFirst);
  const id = useId();
  return (
    <div className={changed ? 'draft-mark' : 'border-l-2 border-transparent'}>
      <button
        type="button"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
        className="flex min-h-7 w-full items-center gap-1.5 rounded-sm pr-1 text-left text-sm hover:bg-hover"
      >
        <ChevronRight
          size={13}
          aria-hidden="true"
          className={`shrink-0 text-faint transition-transform duration-150 ${open ? 'rotate-90' : ''}`}
        />
        <span className="shrink-0">{title}</span>
        {!open && <span className="min-w-0 flex-1 truncate text-right text-xs text-muted">{summary}</span>}
      </button>
      <div id={id} hidden={!open} className="pt-1 pb-2 pl-5">
        {open && children}
      </div>
    </div>
  );
}
