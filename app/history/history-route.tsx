'use client';

import type { ReactNode } from 'react';
import { RolloutList } from '@/components/rollout/rollout-list';
import { HistoryPage } from '@/components/history/history-page';
import { PreviewPanel } from '@/components/change/preview-panel';

/** Puts the two rooms together: the history, and the preview of what taking a change back would do. */
export function HistoryRoute(): ReactNode {
  return <HistoryPage rollouts={<RolloutList />} renderPreview={(preview) => <PreviewPanel preview={preview} />} />;
}
