'use client';

import { type UseMutationResult, useMutation, useQueryClient } from '@tanstack/react-query';
import type { ChangeRequest, ChangeResponse, EndpointBody, PreviewResponse } from '@/lib/contract';
import { type ApiError, postJson } from './client';

/** What a draft would do. Nothing is written. */
export function usePreview(): UseMutationResult<PreviewResponse, ApiError, EndpointBody<'preview'>> {
  return useMutation({ mutationFn: (body) => postJson('preview', body) });
}

/** Everything that shows configuration, or numbers that follow from it, asks again after a write. */
function useRefreshAll(): () => void {
  const client = useQueryClient();
  return () => void client.invalidateQueries();
}

/** Applies a draft. A 409 (`ApiError.status`) carries the sides of the merge or the other owners. */
export function useApply(): UseMutationResult<ChangeResponse, ApiError, Partial<ChangeRequest>> {
  const refresh = useRefreshAll();
  return useMutation({ mutationFn: (body) => postJson('applyChange', body), onSuccess: refresh });
}

/** Takes a change back. */
export function useUndo(): UseMutationResult<ChangeResponse, ApiError, { id: string; reason?: string }> {
  const refresh = useRefreshAll();
  return useMutation({ mutationFn: ({ id, ...body }) => postJson('undoChange', body, { params: { id } }), onSuccess: refresh });
}
