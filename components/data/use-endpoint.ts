'use client';

import { type UseQueryResult, keepPreviousData, useQuery } from '@tanstack/react-query';
import type { EndpointName, EndpointResponse } from '@/lib/contract';
import type { ApiError, CallOptions } from './client';
import { getJson } from './client';

export interface EndpointOptions {
  /** Ask again every so many milliseconds; `false`: once. */
  refreshMs?: number | false;
  enabled?: boolean;
  /** Keep showing the last answer while another question is on its way. */
  keep?: boolean;
}

/** Reads an endpoint of the console and keeps it fresh. */
export function useEndpoint<Name extends EndpointName>(
  name: Name,
  call: Omit<CallOptions<Name>, 'signal'> = {},
  options: EndpointOptions = {},
): UseQueryResult<EndpointResponse<Name>, ApiError> {
  return useQuery<EndpointResponse<Name>, ApiError>({
    queryKey: [name, call.params ?? {}, call.query ?? {}],
    queryFn: ({ signal }) => getJson(name, { ...call, signal }),
    refetchInterval: options.refreshMs ?? false,
    enabled: options.enabled ?? true,
    ...(options.keep === false ? {} : { placeholderData: keepPreviousData }),
  });
}
