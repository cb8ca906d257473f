import { spanEndUs, type Trace } from './model';
import { buildTraceTree } from './trace-tree';

export interface TraceSummary {
  traceId: string;
  rootService: string;
  rootOperation: string;
  startUs: number;
  durationUs: number;
  spanCount: number;
  errorCount: number;
  /** Roots whose parent is not known: the trace is incomplete. */
  orphanCount: number;
  /** By first appearance in time. */
  services: { name: string; spanCount: number; errorCount: number }[];
}

/** What a list of traces shows of one. */
export function summarizeTrace(trace: Trace): TraceSummary {
  const tree = buildTraceTree(trace.spans);
  const complete = tree.roots.find((root) => trace.spans[root]?.parentSpanId === '');
  const root = trace.spans[complete ?? tree.roots[0] ?? 0];
  const services = new Map<string, TraceSummary['services'][number]>();
  let startUs = Infinity;
  let endUs = -Infinity;
  let errorCount = 0;
  for (const i of tree.order) {
    const span = trace.spans[i];
    if (span === undefined) continue;
    const name = span.resource.serviceName;
    const service = services.get(name) ?? { name, spanCount: 0, errorCount: 0 };
    services.set(name, service);
    service.spanCount++;
    if (span.status === 'error') {
      service.errorCount++;
      errorCount++;
    }
    startUs = Math.min(startUs, span.startUs);
    endUs = Math.max(endUs, spanEndUs(span));
  }
  return {
    traceId: trace.traceId,
    rootService: root?.resource.serviceName ?? '',
    rootOperation: root?.name ?? '',
    startUs: trace.spans.length === 0 ? 0 : startUs,
    durationUs: trace.spans.length === 0 ? 0 : endUs - startUs,
    spanCount: trace.spans.length,
    errorCount,
    orphanCount: tree.orphans,
    services: [...services.values()],
  };
}
