'use client';

import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { useWhyWords } from '@/components/ui/use-why-words';
import { Why } from '@/components/ui/why';
import type { GraphEdge, GraphNode, GraphResponse } from '@/lib/contract';
import { formatRate } from '@/lib/format';
import { Group } from './facts';
import { nodeName } from './to-canvas';

type Circuit = NonNullable<GraphEdge['circuit']>;

/** What a caller's circuit breaker does, each sentence with where it is known from. */
export function CircuitFacts({ circuit, queries }: { circuit: Circuit; queries: GraphResponse['queries'] }): ReactNode {
  const t = useTranslations('graph');
  const why = useWhyWords();
  const gauge = (sentence: string): ReactNode => (
    <li key={sentence} className="py-0.5">
      <Why facts={queries['circuits']} words={why} note={t('circuit.gauges')}>
        <span className="block text-left">{sentence}</span>
      </Why>
    </li>
  );
  return (
    <Group title={t('circuit.title')}>
      <ul className="text-sm">
        {circuit.refusedPerSecond > 0 && (
          <li className="py-0.5 text-degraded-text">
            <Why facts={queries['rps']} words={why} note={t('circuit.counted')}>
              <span className="block text-left">{t('circuit.refused', { rate: formatRate(circuit.refusedPerSecond) })}</span>
            </Why>
          </li>
        )}
        {circuit.reached.map((limit) => gauge(t(`circuit.reached.${limit}`)))}
        {circuit.ejected > 0 && gauge(t('circuit.ejected', { count: circuit.ejected }))}
      </ul>
    </Group>
  );
}

/** The same at the node that is called, by caller. */
export function CallersCircuits({
  node,
  graph,
  onPick,
}: {
  node: GraphNode;
  graph: GraphResponse;
  onPick: (id: string) => void;
}): ReactNode {
  const t = useTranslations('graph');
  const edges = graph.edges.flatMap(({ id, source, target, circuit }) =>
    target === node.id && circuit !== undefined ? [{ id, source, circuit }] : [],
  );
  if (edges.length === 0) return null;
  const callerOf = (id: string): string => {
    const caller = graph.nodes.find((one) => one.id === id);
    return caller === undefined ? id : nodeName(caller);
  };
  return (
    <Group title={t('circuit.callers')}>
      {edges.map(({ id, source, circuit }) => (
        <button
          key={id}
          type="button"
          onClick={() => onPick(id)}
          className="flex min-h-7 w-full items-baseline gap-2 rounded-sm px-1 py-0.5 text-left text-sm hover:bg-hover"
        >
          <span className="min-w-0 flex-1 truncate">{callerOf(source)}</span>
          <span className="text-right text-muted">
            {[
              circuit.refusedPerSecond > 0 ? t('circuit.refuses', { rate: formatRate(circuit.refusedPerSecond) }) : undefined,
              circuit.refusedPerSecond === 0 && circuit.reached.length > 0 ? t('circuit.atLimit') : undefined,
              circuit.ejected > 0 ? t('circuit.hasEjected', { count: circuit.ejected }) : undefined,
            ]
              .filter((part) => part !== undefined)
              .join(' · ')}
          </span>
        </button>
      ))}
    </Group>
  );
}
