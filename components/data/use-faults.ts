'use client';

import { type UseMutationResult, type UseQueryResult, useMutation, useQueryClient } from '@tanstack/react-query';
import type { FaultsResponse, StopFaultsResponse } from '@/lib/contract';
import { type ApiError, postJson } from './client';
import { useEndpoint } from './use-endpoint';

/** Faults that are live now. */
export function useFaults(): UseQueryResult<FaultsResponse, ApiError> {
  return useEndpoint('faults', {}, { refreshMs: 5_000 });
}

/** Ends faults set in Heddle: those named, or all. */
export function useStopFaults(): UseMutationResult<StopFaultsResponse, ApiError, { ids?: string[] }> {
  const client = useQueryClient();
  return useMutation({ mutationFn: (body) => postJson('stopFaults', body), onSuccess: () => void client.invalidateQueries() });
}
