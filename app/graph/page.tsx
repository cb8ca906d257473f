import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import { GraphRoute } from './graph-route';

export const metadata: Metadata = { title: 'Graph' };

export default function Page(): ReactNode {
  return <GraphRoute />;
}
