'use client';

import { type ReactNode, useEffect, useRef } from 'react';

const lineHeight = 20;

export interface ObjectEditorProps {
  label: string;
  text: string;
  /** Counted from 1: marked, and scrolled to. */
  line: number | null;
  /** Absent: to read only. */
  onChange?: (text: string) => void;
}

/** An object's YAML with line numbers and one line marked; edited in place. */
export function ObjectEditor({ label, text, line, onChange }: ObjectEditorProps): ReactNode {
  const frame = useRef<HTMLDivElement>(null);
  const lines = text.split('\n').length;
  useEffect(() => {
    const box = frame.current;
    if (box === null || line === null) return;
    const top = (line - 1) * lineHeight;
    if (top < box.scrollTop || top > box.scrollTop + box.clientHeight - 2 * lineHeight) box.scrollTop = Math.max(0, top - 4 * lineHeight);
  }, [line]);
  return (
    <div ref={frame} className="min-h-40 flex-1 overflow-auto bg-panel py-2 font-mono text-xs" data-testid="object-editor">
      <div className="relative flex min-w-max" style={{ lineHeight: `${lineHeight}px` }}>
        {line !== null && (
          <div
            aria-hidden="true"
            className="absolute inset-x-0 border-l-2 border-accent bg-accent-soft"
            style={{ top: (line - 1) * lineHeight, height: lineHeight }}
          />
        )}
        <pre aria-hidden="true" className="num relative w-10 shrink-0 pr-2 text-right text-faint select-none">
          {Array.from({ length: lines }, (_, at) => `${at + 1}\n`)}
        </pre>
        <textarea
          aria-label={label}
          value={text}
          readOnly={onChange === undefined}
          onChange={(event) => onChange?.(event.target.value)}
          wrap="off"
          spellCheck={false}
          rows={lines}
          cols={Math.max(40, ...text.split('\n').map((one) => one.length + 2))}
          className="relative resize-none overflow-hidden bg-transparent pr-4 whitespace-pre outline-none"
          style={{ lineHeight: `${lineHeight}px` }}
        />
      </div>
    </div>
  );
}
