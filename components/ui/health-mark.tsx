import type { ReactNode } from 'react';

export type HealthName = 'healthy' | 'degraded' | 'failing' | 'idle' | 'unknown';

/** The shape of each state, so that no meaning hangs on colour alone: dot, triangle, cross-square, ring, dashed ring. */
const shapes: Record<HealthName, ReactNode> = {
  healthy: <circle cx="6" cy="6" r="4" fill="var(--healthy)" />,
  degraded: <path d="M6 1.6 11 10.4H1Z" fill="var(--degraded)" />,
  failing: (
    <>
      <rect x="1.2" y="1.2" width="9.6" height="9.6" rx="1.6" fill="var(--failing)" />
      <path d="m4 4 4 4m0-4-4 4" stroke="var(--surface-panel)" strokeWidth="1.5" strokeLinecap="round" />
    </>
  ),
  idle: <circle cx="6" cy="6" r="3.6" fill="none" stroke="var(--idle)" strokeWidth="1.5" />,
  unknown: <circle cx="6" cy="6" r="3.8" fill="none" stroke="var(--unknown)" strokeWidth="1.4" strokeDasharray="2 1.6" />,
};

/** The mark of a health state. With a `label` it is an image with that name; without one it is decoration beside words. */
export function HealthMark({ health, label, size = 12 }: { health: HealthName; label?: string; size?: number }): ReactNode {
  const named = label === undefined ? { 'aria-hidden': true as const } : { role: 'img', 'aria-label': label };
  return (
    <svg width={size} height={size} viewBox="0 0 12 12" className="shrink-0" {...named}>
      {shapes[health]}
    </svg>
  );
}
