'use client';

import type { ReactNode } from 'react';
import { useDelayed } from '@/components/ui/states';

/** Places of a small graph, left to right, and who calls whom. */
const places = [
  [8, 50],
  [29, 50],
  [50, 22],
  [50, 50],
  [50, 78],
  [71, 36],
  [71, 64],
  [92, 50],
] as const;
const calls = [
  [0, 1],
  [1, 2],
  [1, 3],
  [1, 4],
  [2, 5],
  [3, 5],
  [4, 6],
  [5, 7],
  [6, 7],
] as const;

/** A graph in outline while the real one is on its way. `label` is what a screen reader hears. */
export function GraphSkeleton({ label }: { label: string }): ReactNode {
  const due = useDelayed(150);
  return (
    <div role="status" aria-label={label} className="flex h-full items-center justify-center p-10">
      {due && (
        <svg
          viewBox="0 0 100 100"
          preserveAspectRatio="xMidYMid meet"
          aria-hidden="true"
          className="h-full max-h-[520px] w-full animate-pulse"
        >
          {calls.map(([from, to]) => (
            <line
              key={`${from} ${to}`}
              x1={places[from][0]}
              y1={places[from][1]}
              x2={places[to][0]}
              y2={places[to][1]}
              className="stroke-[var(--line)]"
              strokeWidth={0.35}
            />
          ))}
          {places.map(([x, y]) => (
            <g key={`${x} ${y}`}>
              <circle cx={x} cy={y} r={3.4} className="fill-[var(--surface-inset)] stroke-[var(--line)]" strokeWidth={0.35} />
              <rect x={x - 4.5} y={y + 5} width={9} height={1.6} rx={0.8} className="fill-[var(--surface-inset)]" />
            </g>
          ))}
        </svg>
      )}
    </div>
  );
}
