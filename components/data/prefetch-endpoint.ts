import type { QueryClient } from '@tanstack/react-query';
import type { EndpointName } from '@/lib/contract';
import { type CallOptions, getJson } from './client';

/** Asks for what will soon be shown, under the key that `useEndpoint` reads. What is of the past does not change: it is kept. */
export function prefetchEndpoint<Name extends EndpointName>(
  client: QueryClient,
  name: Name,
  call: Omit<CallOptions<Name>, 'signal'>,
): Promise<void> {
  return client.prefetchQuery({
    queryKey: [name, call.params ?? {}, call.query ?? {}],
    queryFn: ({ signal }) => getJson(name, { ...call, signal }),
    staleTime: 60_000,
  });
}
