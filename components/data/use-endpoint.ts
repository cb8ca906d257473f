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

/** The key under which an endpoint's answers are cached; a prefix of it invalidates all of them. */
export function endpointKey(name: EndpointName, options: Pick<CallOptions<EndpointName>, 'params' | 'query'> = {}): readonly unknown[] {
  return [name, options.params ?? {}, options.query ?? {}];
}

/** Reads an endpoint of the console and keeps it fresh. */
export function useEndpoint<Name extends EndpointName>(
  name: Name,
  call: Omit<CallOptions<Name>, 'signal'> = {},
  options: EndpointOptions = {},
): UseQueryResult<EndpointResponse<Name>, ApiError> {
  return useQuery<EndpointResponse<Name>, ApiError>({
    queryKey: endpointKey(name, call as CallOptions<EndpointName>),
    queryFn: ({ signal }) => getJson(name, { ...call, signal }),
    refetchInterval: options.refreshMs ?? false,
    enabled: options.enabled ?? true,
    ...(options.keep === false ? {} : { placeholderData: keepPreviousData }),
  });
}
