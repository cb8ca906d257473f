import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import { ExplorerPage } from '@/components/explorer/explorer-page';

export const metadata: Metadata = { title: 'Request explorer' };

export default function Page(): ReactNode {
  return <ExplorerPage />;
}
