'use client';

import { Copy } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslations } from 'use-intl';
import { useEndpoint } from '@/components/data/use-endpoint';
import { useScope } from '@/components/shell/scope';
import { Button } from '@/components/ui/button';
import { PageHeader } from '@/components/ui/page';
import { RelativeTime } from '@/components/ui/relative-time';
import { ErrorState, SkeletonRows } from '@/components/ui/states';
import { YamlView } from './yaml-view';

export interface ObjectPageProps {
  group: string;
  kind: string;
  namespace: string;
  name: string;
}

/** One object: its YAML, who wrote it. */
export function ObjectPage(params: ObjectPageProps): ReactNode {
  const t = useTranslations('configuration');
  const common = useTranslations('common');
  const scope = useScope();
  const [copied, setCopied] = useState(false);
  const object = useEndpoint('object', { params: { ...params } }, { refreshMs: scope.refresh });
  const data = object.data;
  return (
    <>
      <PageHeader
        kind={`${params.kind} · ${params.namespace === '-' ? t('clusterWide') : params.namespace}`}
        title={params.name}
        status={
          data && (
            <span className="num font-mono text-xs text-faint">{`${t('version')} ${data.object.metadata.resourceVersion ?? '–'}`}</span>
          )
        }
        actions={
          data && (
            <Button
              icon={<Copy size={14} aria-hidden="true" />}
              onClick={() => {
                void navigator.clipboard.writeText(data.yaml).then(() => setCopied(true));
              }}
            >
              {copied ? t('copied') : t('copy')}
            </Button>
          )
        }
      />
      {object.isError && !data ? (
        <ErrorState {...object.error.body.error} retryLabel={common('retry')} onRetry={() => void object.refetch()} />
      ) : !data ? (
        <SkeletonRows rows={12} label={common('loading')} />
      ) : (
        <>
          {data.withheld.length > 0 && (
            <p className="border-b border-line bg-inset px-5 py-2 text-sm text-muted">
              {t('withheld', { names: data.withheld.join(', ') })}
            </p>
          )}
          <div className="flex min-h-0 flex-1 max-lg:flex-col">
            <div className="min-w-0 flex-1 overflow-auto bg-panel">
              <YamlView label={t('yaml')} yaml={data.yaml} />
            </div>
            <aside className="w-72 shrink-0 border-l border-line bg-panel px-4 py-3 text-sm max-lg:w-full">
              <h2 className="mb-1 text-sm">{t('managers')}</h2>
              {data.managers.length === 0 && <p className="text-faint">–</p>}
              <ul className="flex flex-col gap-1">
                {data.managers.map((one) => (
                  <li key={`${one.manager} ${one.operation} ${one.at}`} className="flex justify-between gap-3">
                    <span className="min-w-0 break-words">{t('managerAt', { manager: one.manager, operation: one.operation })}</span>
                    <span className="shrink-0 text-muted">{one.at === null ? '–' : <RelativeTime at={Date.parse(one.at)} />}</span>
                  </li>
                ))}
              </ul>
            </aside>
          </div>
        </>
      )}
    </>
  );
}
