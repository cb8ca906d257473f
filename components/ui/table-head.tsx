import clsx from 'clsx';
import { ArrowDown, ArrowUp } from 'lucide-react';
import type { ReactNode } from 'react';

export interface HeadColumn {
  id: string;
  header: string;
  align?: 'left' | 'right';
  width?: string;
}

export interface TableSort {
  id: string;
  descending: boolean;
}

/** The sticky head of a table. Columns of numbers begin with the largest, those of texts with A; the same head again turns the order. */
export function TableHead<Column extends HeadColumn>({
  columns,
  canSort,
  sort,
  onSort,
}: {
  columns: readonly Column[];
  canSort: (column: Column) => boolean;
  sort: TableSort | undefined;
  onSort: (sort: TableSort) => void;
}): ReactNode {
  return (
    <thead>
      <tr>
        {columns.map((column) => {
          const chosen = sort?.id === column.id;
          const isRight = column.align === 'right';
          return (
            <th
              key={column.id}
              scope="col"
              aria-sort={chosen ? (sort.descending ? 'descending' : 'ascending') : undefined}
              style={{ width: column.width }}
              className={clsx(
                'sticky top-0 z-10 h-8 truncate border-b border-line bg-panel px-3 text-xs whitespace-nowrap text-muted first:pl-5 last:pr-5',
                isRight ? 'text-right' : 'text-left',
              )}
            >
              {canSort(column) ? (
                <button
                  type="button"
                  className={clsx('inline-flex items-center gap-1 hover:text-text', isRight && 'flex-row-reverse', chosen && 'text-text')}
                  onClick={() => onSort({ id: column.id, descending: chosen ? !sort.descending : isRight })}
                >
                  {column.header}
                  {chosen && (sort.descending ? <ArrowDown size={11} aria-hidden="true" /> : <ArrowUp size={11} aria-hidden="true" />)}
                </button>
              ) : (
                column.header
              )}
            </th>
          );
        })}
      </tr>
    </thead>
  );
}
