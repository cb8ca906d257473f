'use client';

import clsx from 'clsx';
import { type KeyboardEvent, type ReactNode, useMemo, useState } from 'react';
import { type HeadColumn, TableHead, type TableSort } from './table-head';

export interface Column<Row> extends HeadColumn {
  cell: (row: Row) => ReactNode;
  /** What the column sorts by; without it the column does not sort. `null` sorts last both ways. */
  sortBy?: (row: Row) => string | number | null;
}

export interface DataTableProps<Row> {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** Opening a row: Enter or a click on it. */
  onOpen?: (row: Row) => void;
  initialSort?: TableSort;
  empty: ReactNode;
}

function compare(one: string | number | null, other: string | number | null): number {
  if (one === other) return 0;
  if (one === null) return Number.POSITIVE_INFINITY;
  if (other === null) return Number.NEGATIVE_INFINITY;
  return typeof one === 'number' && typeof other === 'number' ? one - other : String(one).localeCompare(String(other));
}

/** A dense table: sticky head, sort by head, arrow keys from row to row, Enter opens. Rows keep their place while values change. */
export function DataTable<Row>({ label, columns, rows, rowKey, onOpen, initialSort, empty }: DataTableProps<Row>): ReactNode {
  const [sort, setSort] = useState(initialSort);
  const sorted = useMemo(() => {
    const by = columns.find((column) => column.id === sort?.id)?.sortBy;
    if (!by || !sort) return rows;
    return rows.toSorted((one, other) => {
      const order = compare(by(one), by(other));
      // What has no value comes last, whichever way the column is sorted.
      return Number.isFinite(order) ? (sort.descending ? -order : order) : Math.sign(order);
    });
  }, [rows, columns, sort]);

  if (rows.length === 0) return empty;

  const move = (event: KeyboardEvent<HTMLTableRowElement>, row: Row): void => {
    if (event.key === 'Enter' && event.target === event.currentTarget) onOpen?.(row);
    const step = event.key === 'ArrowDown' ? 'nextElementSibling' : event.key === 'ArrowUp' ? 'previousElementSibling' : undefined;
    const next = step && event.currentTarget[step];
    if (next instanceof HTMLElement) {
      event.preventDefault();
      next.focus();
    }
  };

  return (
    <table aria-label={label} className="w-full border-separate border-spacing-0 text-sm">
      <TableHead columns={columns} canSort={(column) => column.sortBy !== undefined} sort={sort} onSort={setSort} />
      <tbody>
        {sorted.map((row) => (
          <tr
            key={rowKey(row)}
            tabIndex={onOpen ? 0 : undefined}
            onClick={(event) => {
              // A link or button inside the row does its own work; so does selecting text.
              if (event.target instanceof Element && event.target.closest('a,button,input,[role="dialog"]')) return;
              if (window.getSelection()?.toString()) return;
              onOpen?.(row);
            }}
            onKeyDown={(event) => move(event, row)}
            className={clsx(
              'group h-8',
              onOpen && 'cursor-pointer hover:bg-hover focus-visible:bg-hover focus-visible:outline-offset-[-2px]',
            )}
          >
            {columns.map((column) => (
              <td
                key={column.id}
                className={clsx(
                  'h-8 border-b border-line px-3 whitespace-nowrap first:pl-5 last:pr-5',
                  column.align === 'right' && 'text-right',
                )}
              >
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
