'use client';

import Link from 'next/link';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { objectPath } from '@/components/shell/object-path';
import type { ServiceResponse } from '@/lib/contract';

/** Rules in the order they are tried, in words, each with the object and field it comes from; then every object that acts. */
export function RoutingWords({ service, href }: { service: ServiceResponse; href: (path: string) => string }): ReactNode {
  const t = useTranslations('service');
  return (
    <div className="px-5 pb-4">
      <ol className="flex flex-col gap-2">
        {service.routes.map((route, index) => (
          <li key={`${route.object.kind} ${route.object.namespace}/${route.object.name} ${route.path}`} className="flex gap-3">
            <span className="num w-5 shrink-0 text-right text-faint">{index + 1}</span>
            <div className="min-w-0">
              <p>{route.sentences.map((sentence) => sentence.text).join(' ')}</p>
              <p className="font-mono text-xs text-faint">
                <Link href={href(objectPath(route.object))} className="hover:text-accent-text hover:underline">
                  {route.object.kind} {route.object.namespace}/{route.object.name}
                </Link>{' '}
                {route.path}
              </p>
            </div>
          </li>
        ))}
      </ol>
      {service.objects.length === 0 ? (
        service.routes.length === 0 && <p className="text-muted">{t('noObjects')}</p>
      ) : (
        <>
          <h3 className="mt-4 mb-1 text-sm text-muted">{t('objects')}</h3>
          <ul className="flex flex-wrap gap-x-5 gap-y-1 text-sm">
            {service.objects.map(({ ref, role }) => (
              <li key={`${ref.kind} ${ref.namespace}/${ref.name}`}>
                <Link href={href(objectPath(ref))} className="text-accent-text hover:underline">
                  {ref.kind} {ref.namespace}/{ref.name}
                </Link>{' '}
                <span className="text-xs text-faint">{t(`role.${role}`)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      <dl className="mt-4 grid grid-cols-[96px_1fr] gap-y-0.5 text-sm">
        <dt className="text-muted">{t('host')}</dt>
        <dd className="font-mono text-xs leading-5">{service.host}</dd>
        <dt className="text-muted">{t('clusterIp')}</dt>
        <dd className="font-mono text-xs leading-5">{service.clusterIp ?? '–'}</dd>
        <dt className="text-muted">{t('ports')}</dt>
        <dd className="font-mono text-xs leading-5">
          {service.ports.map((port) => `${port.number} ${port.name} (${port.protocol})`).join(', ')}
        </dd>
        <dt className="text-muted">{t('selector')}</dt>
        <dd className="font-mono text-xs leading-5">
          {Object.entries(service.selector)
            .map(([key, value]) => `${key}=${value}`)
            .join(', ') || '–'}
        </dd>
      </dl>
    </div>
  );
}
