'use client';

import { keepPreviousData, useQueries } from '@tanstack/react-query';
import type { EndpointQuery, EndpointResponse, ObjectSummary } from '@/lib/contract';
import { type ApiError, getJson } from './client';

type Page = EndpointResponse<'objects'>;

/** Rows per question: a screenful and a half. */
const pageSize = 100;

export interface ObjectRows {
  /** Number of all rows; `undefined` until the first answer. */
  total: number | undefined;
  /** A row by its place; `undefined` while it is on its way. */
  row: (index: number) => ObjectSummary | undefined;
  facets: Page['facets'] | undefined;
  notices: Page['notices'];
  error: ApiError | null;
  retry: () => void;
}

/** The rows of a long list that are looked at (`first` to `last`, both included), page by page from the server. */
export function useObjectRows(
  query: Omit<EndpointQuery<'objects'>, 'offset' | 'limit'>,
  range: { first: number; last: number },
  options: { refreshMs: number | false; enabled: boolean },
): ObjectRows {
  const from = Math.floor(range.first / pageSize);
  const until = Math.max(from, Math.floor(range.last / pageSize));
  const pages = Array.from({ length: until - from + 1 }, (_, index) => from + index);
  return useQueries({
    queries: pages.map((page) => {
      const call = { query: { ...query, offset: page * pageSize, limit: pageSize } };
      return {
        queryKey: ['objects', {}, call.query],
        queryFn: ({ signal }: { signal: AbortSignal }): Promise<Page> => getJson('objects', { ...call, signal }),
        refetchInterval: options.refreshMs,
        enabled: options.enabled,
        placeholderData: keepPreviousData<Page>,
      };
    }),
    combine: (results): ObjectRows => {
      const answered = results.find((one) => one.data !== undefined)?.data;
      return {
        total: answered?.total,
        row: (index) => results[Math.floor(index / pageSize) - from]?.data?.objects[index % pageSize],
        facets: answered?.facets,
        notices: answered?.notices ?? [],
        error: (results.find((one) => one.isError)?.error as ApiError | undefined) ?? null,
        retry: () => {
          for (const one of results) void one.refetch();
        },
      };
    },
  });
}
