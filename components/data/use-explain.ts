'use client';

import { type UseQueryResult, keepPreviousData, useQuery } from '@tanstack/react-query';
import type { EndpointBody, ExplainResponse } from '@/lib/contract';
import { type ApiError, postJson } from './client';

/** The way of a request, live and under a draft; asked again every `refreshMs`, for endpoints come and go. `null`: nothing is asked. */
export function useExplain(body: EndpointBody<'explain'> | null, refreshMs: number | false): UseQueryResult<ExplainResponse, ApiError> {
  return useQuery<ExplainResponse, ApiError>({
    queryKey: ['explain', body],
    queryFn: ({ signal }) => postJson('explain', body ?? { from: '', request: '' }, { signal }),
    enabled: body !== null,
    refetchInterval: refreshMs,
    placeholderData: keepPreviousData,
    retry: false,
  });
}
