'use client';

import Link from 'next/link';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { useEndpoint } from '@/components/data/use-endpoint';
import { objectPath } from '@/components/shell/object-path';
import { Skeleton } from '@/components/ui/states';
import { Group } from './facts';

/** The objects that say how requests to a service go, as links. */
export function ActingConfig({ service, href }: { service: string; href: (path: string) => string }): ReactNode {
  const t = useTranslations('graph');
  const [namespace = '', name = ''] = service.split('/');
  const answer = useEndpoint('service', { params: { namespace, name } }, { keep: false });
  if (answer.isError) return null;
  return (
    <Group title={t('acting', { service: name })}>
      {!answer.data ? (
        <Skeleton className="h-6" />
      ) : answer.data.objects.length === 0 ? (
        <p className="text-sm text-faint">{t('actingNone')}</p>
      ) : (
        answer.data.objects.map(({ ref }) => (
          <Link
            key={`${ref.kind} ${ref.namespace}/${ref.name}`}
            href={href(objectPath(ref))}
            className="flex h-7 items-center justify-between gap-3 rounded-sm px-1 text-sm hover:bg-hover"
          >
            <span className="truncate text-accent-text">{ref.name}</span>
            <span className="text-faint">{ref.kind}</span>
          </Link>
        ))
      )}
    </Group>
  );
}
