'use client';

import clsx from 'clsx';
import { type ReactNode, useEffect, useMemo, useSyncExternalStore } from 'react';
import { HealthMark } from '@/components/ui/health-mark';
import { severityHealth } from './finding-count';

interface Piece {
  text: string;
  tone: string;
}

/** Colours one line of YAML as the printer writes it: key, punctuation, value, comment. */
function pieces(line: string): Piece[] {
  const comment = /^(\s*)(#.*)$/.exec(line);
  if (comment) return [{ text: line, tone: 'text-faint' }];
  const match = /^(\s*(?:- )*)([^\s:][^:]*?)(:)(\s.*)?$/.exec(line);
  if (!match) return [{ text: line, tone: 'text-text' }];
  const [, indent = '', key = '', colon = '', value = ''] = match;
  const bare = value.trim();
  const tone = /^(-?\d+(\.\d+)?|true|false|null)$/.test(bare) ? 'text-degraded-text' : 'text-text';
  return [
    { text: indent, tone: 'text-faint' },
    { text: key, tone: 'text-accent-text' },
    { text: colon, tone: 'text-faint' },
    { text: value, tone },
  ];
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

/** The line that the address names, `#L12`; 0 for none. */
function useAnchoredLine(): number {
  const hash = useSyncExternalStore(
    subscribe,
    () => window.location.hash,
    () => '',
  );
  return Number(/^#L(\d+)$/.exec(hash)?.[1] ?? 0);
}

export interface MarkedLine {
  line: number;
  severity: 'error' | 'warning' | 'info';
  message: string;
}

/** YAML with line numbers, to read and to select. Each number is an address (`#L12`); lines with findings are marked. */
export function YamlView({ label, yaml, marks = [] }: { label: string; yaml: string; marks?: readonly MarkedLine[] }): ReactNode {
  const anchored = useAnchoredLine();
  const marked = useMemo(() => Map.groupBy(marks, (one) => one.line), [marks]);
  useEffect(() => {
    if (anchored > 0) document.getElementById(`L${anchored}`)?.scrollIntoView({ block: 'center' });
  }, [anchored]);
  return (
    <pre aria-label={label} tabIndex={0} className="min-w-max py-3 font-mono text-sm leading-5 focus-visible:outline-offset-[-2px]">
      {yaml
        .replace(/\n$/, '')
        .split('\n')
        .map((line, at) => {
          const number = at + 1;
          const [worst] = marked.get(number) ?? [];
          return (
            <div
              key={number}
              id={`L${number}`}
              title={worst && (marked.get(number) ?? []).map((one) => one.message).join('\n')}
              className={clsx('flex hover:bg-hover', number === anchored && 'bg-accent-soft')}
            >
              <span className="flex w-6 shrink-0 items-center justify-center select-none">
                {worst && <HealthMark health={severityHealth[worst.severity]} size={10} label={worst.message} />}
              </span>
              <a
                href={`#L${number}`}
                tabIndex={-1}
                aria-hidden="true"
                className="num w-8 shrink-0 pr-3 text-right text-faint no-underline select-none hover:text-text"
              >
                {number}
              </a>
              <code className="pr-6">
                {pieces(line).map((piece, part) => (
                  <span key={part} className={piece.tone}>
                    {piece.text}
                  </span>
                ))}
              </code>
            </div>
          );
        })}
    </pre>
  );
}
