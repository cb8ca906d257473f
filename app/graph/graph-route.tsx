'use client';

import dynamic from 'next/dynamic';
import type { ReactNode } from 'react';
import { GraphPage } from '@/components/graph/graph-page';

const TrafficEditor = dynamic(() => import('@/components/traffic-editor/traffic-editor').then((room) => room.TrafficEditor), {
  ssr: false,
});

/** Puts the two rooms together: the graph, and the editor that opens from a node. */
export function GraphRoute(): ReactNode {
  return (
    <GraphPage
      renderEditor={(service) => <TrafficEditor key={`${service.namespace}/${service.name}/${service.caller ?? ''}`} {...service} />}
    />
  );
}
