'use client';

import Link from 'next/link';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { useEndpoint } from '@/components/data/use-endpoint';
import { HealthMark } from '@/components/ui/health-mark';
import { RelativeTime } from '@/components/ui/relative-time';
import { Skeleton } from '@/components/ui/states';
import type { GraphNode } from '@/lib/contract';
import { formatMs } from '@/lib/format';
import { Group } from './facts';

/** The name a workload's spans carry. */
function spanService(node: GraphNode): string | undefined {
  return node.app === undefined ? undefined : `${node.app}.${node.namespace}`;
}

const most = 6;

/** Traces that went along an edge, newest first. */
export function EdgeTraces({ source, target, href }: { source: GraphNode; target: GraphNode; href: (path: string) => string }): ReactNode {
  const t = useTranslations('graph');
  const [from, to] = [spanService(source), spanService(target)];
  const answer = useEndpoint(
    'traces',
    { query: { service: to ?? '', limit: 50 } },
    { enabled: from !== undefined && to !== undefined, keep: false },
  );
  if (from === undefined || to === undefined || answer.isError) return null;
  const traces = (answer.data?.traces ?? []).filter((trace) => trace.services.some((service) => service.name === from)).slice(0, most);
  return (
    <Group title={t('traces')}>
      {answer.isPending ? (
        <Skeleton className="h-6" />
      ) : traces.length === 0 ? (
        <p className="text-sm text-faint">{t('tracesNone')}</p>
      ) : (
        traces.map((trace) => (
          <Link
            key={trace.traceId}
            href={href(`/traces/${trace.traceId}`)}
            className="flex h-7 items-center gap-2 rounded-sm px-1 text-sm hover:bg-hover"
          >
            <HealthMark health={trace.errorCount > 0 ? 'failing' : 'healthy'} size={11} />
            <span className="min-w-0 flex-1 truncate font-mono text-xs text-muted">{trace.traceId.slice(0, 16)}</span>
            <span className="num">{formatMs(trace.durationUs / 1_000)}</span>
            <span className="w-24 text-right text-xs text-faint">
              <RelativeTime at={trace.startUs / 1_000} />
            </span>
          </Link>
        ))
      )}
    </Group>
  );
}
