'use client';

import { type UseMutationResult, type UseQueryResult, useMutation, useQueryClient } from '@tanstack/react-query';
import type { EndpointBody, RolloutActionName, RolloutResponse, RolloutsResponse } from '@/lib/contract';
import { type ApiError, postJson } from './client';
import { useEndpoint } from './use-endpoint';

/** Shifts in steps, newest first; asked for again often while one is under way. */
export function useRollouts(): UseQueryResult<RolloutsResponse, ApiError> {
  const client = useQueryClient();
  const known = client.getQueryData<RolloutsResponse>(['rollouts', {}, {}]);
  return useEndpoint('rollouts', {}, { refreshMs: known?.rollouts.some((one) => one.active) === true ? 1_000 : 5_000 });
}

/** Begins one. A 409 (`ApiError.status`) says who owns the route. */
export function useStartRollout(): UseMutationResult<RolloutResponse, ApiError, EndpointBody<'startRollout'>> {
  const client = useQueryClient();
  return useMutation({ mutationFn: (body) => postJson('startRollout', body), onSuccess: () => void client.invalidateQueries() });
}

/** Pause, resume, next step, promote, abort. */
export function useActOnRollout(): UseMutationResult<RolloutResponse, ApiError, { id: string; action: RolloutActionName }> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, action }) => postJson('actOnRollout', {}, { params: { id, action } }),
    onSuccess: () => void client.invalidateQueries(),
  });
}
