import type { ReactNode } from 'react';

/** Heddle's mark: three vertical threads, the middle one lifted. Legible at 16 px. */
export function Mark({ size = 20 }: { size?: number }): ReactNode {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" fill="none" strokeWidth="2" strokeLinecap="round" aria-hidden="true">
      <path d="M3 4v10M13 4v10" stroke="currentColor" />
      <path d="M8 1.5v8" stroke="var(--accent)" />
      <circle cx="8" cy="12.6" r="1.1" fill="var(--accent)" stroke="none" />
    </svg>
  );
}
