'use client';

import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { Inspector } from '@/components/ui/inspector';
import type { GraphEdge, GraphNode, GraphResponse } from '@/lib/contract';
import { sumEdges } from '@/lib/graph-view';
import { EdgePanel, EdgeRow } from './edge-panel';
import { Group } from './facts';
import { GroupPanel } from './group-panel';
import { NodePanel } from './node-panel';
import type { SeriesTime } from './series-charts';
import { nodeName, saidVersion } from './to-canvas';
import type { GraphView } from './use-graph-view';

export interface GraphInspectorProps {
  graph: GraphResponse;
  view: GraphView;
  /** Id of a node, an edge, a box, a sum of edges, or `all`. */
  selected: string;
  onPick: (id: string) => void;
  onClose: () => void;
  href: (path: string) => string;
  /** Opens the traffic editor of a service, `namespace/name`, as a caller (`namespace/workload`) sees it. */
  onSteer: (service: string, caller?: string) => void;
  onFocus: (id: string) => void;
  onToggleBox: (id: string) => void;
  time: SeriesTime;
}

/** The panel at the right: everything known of what was chosen. */
export function GraphInspector(props: GraphInspectorProps): ReactNode {
  const { graph, view, selected, onPick, onClose, time } = props;
  const t = useTranslations('graph');
  const frame = (title: ReactNode, body: ReactNode): ReactNode => (
    <Inspector label={t('inspector')} closeLabel={t('close')} onClose={onClose} title={title}>
      {body}
    </Inspector>
  );
  const byId = (id: string): GraphNode | undefined => graph.nodes.find((node) => node.id === id);
  const node = byId(selected);
  if (node)
    return frame(
      <>
        {nodeName(node)} <span className="font-[450] text-muted">{saidVersion(node)}</span>
        <span className="block text-xs font-[450] text-faint">{node.namespace}</span>
      </>,
      <NodePanel node={node} graph={graph} onPick={onPick} time={time} href={props.href} onSteer={props.onSteer} onFocus={props.onFocus} />,
    );
  const edge = graph.edges.find((one) => one.id === selected);
  if (edge) {
    const ends = { source: byId(edge.source), target: byId(edge.target) };
    return frame(
      `${ends.source ? nodeName(ends.source) : edge.source} → ${ends.target ? nodeName(ends.target) : edge.target}`,
      <EdgePanel edge={edge} {...ends} graph={graph} time={time} href={props.href} onSteer={props.onSteer} />,
    );
  }
  if (selected === 'all')
    return frame(t('summary'), <GroupPanel members={view.nodes} nodes={view.nodes} edges={view.edges} onPick={onPick} time={time} />);
  const closed = view.closed.closed.find((box) => box.id === selected);
  const open = view.closed.boxes.find((box) => box.id === selected);
  if (closed || open) {
    const inner = new Set(view.closed.boxes.filter((box) => box.parent === selected).map((box) => box.id));
    const members =
      closed?.members ??
      view.closed.nodes.filter((one) => {
        const box = view.closed.boxOf.get(one.id);
        return box !== undefined && (box === selected || inner.has(box));
      });
    return frame(
      closed?.name ?? open?.name,
      <GroupPanel
        members={members}
        nodes={view.nodes}
        edges={view.edges}
        onPick={onPick}
        time={time}
        box={{ closed: closed !== undefined, onToggle: () => props.onToggleBox(selected) }}
      />,
    );
  }
  const sum = view.closed.edges.find((one) => one.id === selected);
  return sum === undefined ? null : <SummedEdgePanel {...props} edges={sum.edges} frame={frame} byId={byId} name={sum} />;
}

function SummedEdgePanel({
  edges,
  frame,
  byId,
  name,
  ...props
}: GraphInspectorProps & {
  edges: readonly GraphEdge[];
  frame: (title: ReactNode, body: ReactNode) => ReactNode;
  byId: (id: string) => GraphNode | undefined;
  name: { source: string; target: string };
}): ReactNode {
  const t = useTranslations('graph');
  const { view, graph } = props;
  const whole = sumEdges(edges);
  const title = (id: string): string => {
    const node = byId(id);
    return view.closed.closed.find((box) => box.id === id)?.name ?? (node ? nodeName(node) : id);
  };
  return frame(
    `${title(name.source)} → ${title(name.target)}`,
    <>
      {whole && (
        <EdgePanel
          edge={whole}
          source={undefined}
          target={undefined}
          graph={graph}
          time={props.time}
          href={props.href}
          parts={edges.length}
        />
      )}
      <Group title={t('edges')}>
        {edges
          .toSorted((one, other) => (other.rps ?? 0) - (one.rps ?? 0))
          .slice(0, 30)
          .map((edge) => (
            <EdgeRow key={edge.id} edge={edge} other={byId(edge.target)} onPick={props.onPick} />
          ))}
      </Group>
    </>,
  );
}
