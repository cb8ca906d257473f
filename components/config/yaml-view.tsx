import type { ReactNode } from 'react';

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

/** YAML with line numbers, to read and to select. */
export function YamlView({ label, yaml }: { label: string; yaml: string }): ReactNode {
  return (
    <pre aria-label={label} tabIndex={0} className="min-w-max py-3 font-mono text-sm leading-5 focus-visible:outline-offset-[-2px]">
      {yaml
        .replace(/\n$/, '')
        .split('\n')
        .map((line, at) => (
          <div key={at} className="flex hover:bg-hover">
            <span aria-hidden="true" className="num w-12 shrink-0 pr-4 text-right text-faint select-none">
              {at + 1}
            </span>
            <code className="pr-6">
              {pieces(line).map((piece, part) => (
                <span key={part} className={piece.tone}>
                  {piece.text}
                </span>
              ))}
            </code>
          </div>
        ))}
    </pre>
  );
}
