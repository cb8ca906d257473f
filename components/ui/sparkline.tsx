import type { ReactNode } from 'react';

/** A tiny line of recent values, from zero; `null` is a gap, never a zero. Decoration beside the number it belongs to. */
export function Sparkline({
  values,
  width = 96,
  height = 22,
  color = 'var(--series-1)',
}: {
  values: readonly (number | null)[];
  width?: number;
  height?: number;
  color?: string;
}): ReactNode {
  const known = values.filter((value): value is number => value !== null);
  if (known.length < 2) return <span className="text-faint">–</span>;
  const top = Math.max(...known) || 1;
  const x = (index: number): number => 1 + (index / (values.length - 1)) * (width - 2);
  const y = (value: number): number => height - 2 - (value / top) * (height - 4);
  let line = '';
  let pen = false;
  values.forEach((value, index) => {
    if (value === null) {
      pen = false;
      return;
    }
    line += `${pen ? 'L' : 'M'}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
    pen = true;
  });
  return (
    <svg width={width} height={height} aria-hidden="true" className="block">
      <path d={line} fill="none" stroke={color} strokeWidth="1.5" strokeLinejoin="round" strokeLinecap="round" />
    </svg>
  );
}
