import { diffLines } from 'diff';
import type { ReactNode } from 'react';

interface Line {
  sign: ' ' | '+' | '-';
  text: string;
}

function lines(before: string, after: string): Line[] {
  return diffLines(before, after).flatMap((part) => {
    const sign = part.added ? '+' : part.removed ? '-' : ' ';
    return part.value
      .replace(/\n$/, '')
      .split('\n')
      .map((text): Line => ({ sign, text }));
  });
}

/** Only what changed and three lines around it; a gap is a row of its own. */
function withGaps(all: Line[]): (Line | undefined)[] {
  const near = all.map((_, at) => all.slice(Math.max(0, at - 3), at + 4).some((line) => line.sign !== ' '));
  const shown: (Line | undefined)[] = [];
  all.forEach((line, at) => {
    if (near[at]) shown.push(line);
    else if (shown.length > 0 && shown.at(-1) !== undefined && near.slice(at).some(Boolean)) shown.push(undefined);
  });
  return shown;
}

const tones = {
  '+': 'bg-[color-mix(in_oklch,var(--healthy)_16%,transparent)]',
  '-': 'bg-[color-mix(in_oklch,var(--failing)_14%,transparent)]',
  ' ': 'text-muted',
};

/** Two texts as a line-by-line difference. The signs say what the colours say. */
export function YamlDiff({ label, before, after }: { label: string; before: string; after: string }): ReactNode {
  return (
    <pre
      aria-label={label}
      tabIndex={0}
      className="overflow-x-auto rounded-sm border border-line bg-inset py-1 font-mono text-xs leading-[18px]"
    >
      {withGaps(lines(before, after)).map((line, at) =>
        line === undefined ? (
          <div key={at} className="px-2 text-faint">
            ⋯
          </div>
        ) : (
          <div key={at} className={`w-max min-w-full px-2 ${tones[line.sign]}`}>
            <span aria-hidden={line.sign === ' '} className="mr-2 inline-block w-2 select-none">
              {line.sign}
            </span>
            {line.text}
          </div>
        ),
      )}
    </pre>
  );
}
