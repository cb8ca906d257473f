'use client';

import clsx from 'clsx';
import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { type HeadColumn, TableHead, type TableSort } from '@/components/ui/table-head';

const rowHeight = 32;
/** Rows drawn beyond what is in sight, so that scrolling never shows a gap. */
const margin = 12;

export interface VirtualColumn<Row> extends HeadColumn {
  cell: (row: Row) => ReactNode;
  sortable?: boolean;
}

export interface VirtualTableProps<Row> {
  label: string;
  columns: readonly VirtualColumn<Row>[];
  /** Number of all rows. */
  total: number;
  row: (index: number) => Row | undefined;
  rowKey: (row: Row) => string;
  /** Tells which rows are in sight (with a margin). */
  onRange: (first: number, last: number) => void;
  sort: TableSort;
  onSort: (sort: TableSort) => void;
  onOpen: (row: Row) => void;
}

/**
 * A table of any length that draws what is in sight: sticky head, arrow keys, Page Up and Down, Home and End, Enter opens. It fills the
 * height it is given and scrolls in itself.
 */
export function VirtualTable<Row>({
  label,
  columns,
  total,
  row,
  rowKey,
  onRange,
  sort,
  onSort,
  onOpen,
}: VirtualTableProps<Row>): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState({ top: 0, height: 800 });
  const [active, setActive] = useState(0);
  const wantsFocus = useRef(false);

  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const read = (): void => setSeen({ top: element.scrollTop, height: element.clientHeight });
    const observer = new ResizeObserver(read);
    observer.observe(element);
    element.addEventListener('scroll', read, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', read);
    };
  }, []);

  const first = Math.max(0, Math.min(total - 1, Math.floor(seen.top / rowHeight)) - margin);
  const last = Math.max(0, Math.min(total - 1, Math.ceil((seen.top + seen.height) / rowHeight) + margin));
  useEffect(() => onRange(first, last), [first, last, onRange]);

  const at = Math.min(active, Math.max(0, total - 1));
  useLayoutEffect(() => {
    if (!wantsFocus.current) return;
    const element = box.current?.querySelector<HTMLElement>(`[data-row="${at}"]`);
    if (!element) return;
    wantsFocus.current = false;
    element.focus({ preventScroll: true });
  });

  const goTo = (index: number): void => {
    const element = box.current;
    if (element === null) return;
    const next = Math.max(0, Math.min(total - 1, index));
    const top = next * rowHeight;
    // The head covers the first row's height of what is in sight.
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + 2 * rowHeight > element.scrollTop + element.clientHeight) element.scrollTop = top + 2 * rowHeight - element.clientHeight;
    wantsFocus.current = true;
    setActive(next);
  };
  const press = (event: KeyboardEvent<HTMLTableRowElement>, index: number, shown: Row | undefined): void => {
    if (event.target !== event.currentTarget) return;
    const page = Math.max(1, Math.floor(seen.height / rowHeight) - 2);
    const steps: Record<string, number> = {
      ArrowDown: index + 1,
      ArrowUp: index - 1,
      PageDown: index + page,
      PageUp: index - page,
      Home: 0,
      End: total - 1,
    };
    const next = steps[event.key];
    if (next !== undefined) goTo(next);
    else if (event.key === 'Enter' && shown !== undefined) onOpen(shown);
    else return;
    event.preventDefault();
  };

  const drawn = Array.from({ length: total === 0 ? 0 : last - first + 1 }, (_, offset) => first + offset);
  const gap = (rows: number): ReactNode =>
    rows > 0 && (
      <tr aria-hidden="true">
        <td colSpan={columns.length} style={{ height: rows * rowHeight }} className="p-0">
          {' '}
        </td>
      </tr>
    );
  return (
    <div ref={box} className="min-h-0 flex-1 overflow-auto bg-panel" data-testid="virtual-table">
      <table aria-label={label} aria-rowcount={total + 1} className="w-full table-fixed border-separate border-spacing-0 text-sm">
        <TableHead columns={columns} canSort={(column) => column.sortable === true} sort={sort} onSort={onSort} />
        <tbody>
          {gap(first)}
          {drawn.map((index) => {
            const shown = row(index);
            return (
              <tr
                key={shown === undefined ? index : rowKey(shown)}
                data-row={index}
                aria-rowindex={index + 2}
                tabIndex={index === at ? 0 : -1}
                onFocus={() => setActive(index)}
                onClick={(event) => {
                  if (event.target instanceof Element && event.target.closest('a,button')) return;
                  if (window.getSelection()?.toString()) return;
                  if (shown !== undefined) onOpen(shown);
                }}
                onKeyDown={(event) => press(event, index, shown)}
                className="h-8 cursor-pointer hover:bg-hover focus-visible:bg-hover focus-visible:outline-offset-[-2px]"
              >
                {columns.map((column) => (
                  <td
                    key={column.id}
                    className={clsx(
                      'h-8 truncate border-b border-line px-3 first:pl-5 last:pr-5',
                      column.align === 'right' && 'text-right',
                    )}
                  >
                    {shown === undefined ? <span className="block h-3 w-2/3 rounded-sm bg-inset" /> : column.cell(shown)}
                  </td>
                ))}
              </tr>
            );
          })}
          {gap(total - 1 - last)}
        </tbody>
      </table>
    </div>
  );
}
