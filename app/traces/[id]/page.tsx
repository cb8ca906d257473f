import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import { TracePage } from '@/components/traces/trace-page';

export const metadata: Metadata = { title: 'Trace' };

export default async function Page({ params }: { params: Promise<{ id: string }> }): Promise<ReactNode> {
  return <TracePage id={decodeURIComponent((await params).id)} />;
}
