'use client';

import dynamic from 'next/dynamic';
import type { ReactNode } from 'react';
import { GraphPage } from '@/components/graph/graph-page';

const ServiceEditor = dynamic(() => import('../services/service-editor').then((room) => room.ServiceEditor), {
  ssr: false,
});

/** Puts the two rooms together: the graph, and the editor that opens from a node. */
export function GraphRoute(): ReactNode {
  return (
    <GraphPage
      renderEditor={(service) => <ServiceEditor key={`${service.namespace}/${service.name}/${service.caller ?? ''}`} {...service} />}
    />
  );
}
