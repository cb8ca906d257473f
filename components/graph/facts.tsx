import type { ReactNode } from 'react';

/** A pair of the inspector: name left, value right. */
export function Fact({ name, children }: { name: ReactNode; children: ReactNode }): ReactNode {
  return (
    <div className="flex min-h-7 items-baseline justify-between gap-4 border-b border-line py-1 last:border-b-0">
      <dt className="shrink-0 text-sm text-muted">{name}</dt>
      <dd className="num min-w-0 text-right text-sm break-words">{children}</dd>
    </div>
  );
}

/** A titled part of the panel that holds anything but facts: rows that open something, a sentence. */
export function Group({ title, children }: { title: ReactNode; children: ReactNode }): ReactNode {
  return (
    <section className="border-b border-line px-4 py-3">
      <h3 className="mb-1 text-sm">{title}</h3>
      {children}
    </section>
  );
}

/** A list of facts, with a title or without. */
export function Facts({ title, children }: { title?: ReactNode; children: ReactNode }): ReactNode {
  return (
    <section className="border-b border-line px-4 py-3">
      {title !== undefined && <h3 className="mb-1 text-sm">{title}</h3>}
      <dl>{children}</dl>
    </section>
  );
}
