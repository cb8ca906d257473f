import type { ReactNode } from 'react';

export interface PageHeaderProps {
  /** Above the title, in small: the kind, or the way back. */
  kind?: ReactNode;
  title: ReactNode;
  /** Beside the title: health with its reason, badges. */
  status?: ReactNode;
  actions?: ReactNode;
}

/** The title row of every page: kind, name, health with its reason; actions right. */
export function PageHeader({ kind, title, status, actions }: PageHeaderProps): ReactNode {
  return (
    <header className="flex min-h-14 shrink-0 items-center gap-4 border-b border-line bg-panel px-5 py-2">
      <div className="min-w-0">
        {kind !== undefined && <div className="text-xs text-muted">{kind}</div>}
        <div className="flex min-w-0 items-center gap-3">
          <h1 className="truncate text-lg text-text">{title}</h1>
          {status}
        </div>
      </div>
      {actions !== undefined && <div className="ml-auto flex shrink-0 items-center gap-2">{actions}</div>}
    </header>
  );
}

/** A titled area of a page: a hairline and a heading, no card. */
export function Section({ title, aside, children }: { title: ReactNode; aside?: ReactNode; children: ReactNode }): ReactNode {
  return (
    <section className="flex flex-col border-b border-line bg-panel">
      <div className="flex h-10 items-center gap-3 px-5">
        <h2 className="text-base text-text">{title}</h2>
        {aside !== undefined && <div className="ml-auto flex items-center gap-2 text-sm text-muted">{aside}</div>}
      </div>
      {children}
    </section>
  );
}
