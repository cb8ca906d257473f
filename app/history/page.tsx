import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import { HistoryRoute } from './history-route';

export const metadata: Metadata = { title: 'History' };

export default function Page(): ReactNode {
  return <HistoryRoute />;
}
