'use client';

import clsx from 'clsx';
import { Plus } from 'lucide-react';
import { useRouter } from 'next/navigation';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { useEndpoint } from '@/components/data/use-endpoint';
import { useScope, useUrlValue } from '@/components/shell/scope';
import { Button } from '@/components/ui/button';
import { PageHeader } from '@/components/ui/page';
import { ErrorState, NoticeStrip, SkeletonRows } from '@/components/ui/states';
import { CallsTab } from './calls-tab';
import { ConfigTabs } from './config-tabs';
import { MutualTlsTab } from './mutual-tls-tab';
import { TokensTab } from './tokens-tab';

const tabs = ['calls', 'mtls', 'jwt'] as const;
const kindOf = { calls: 'AuthorizationPolicy', mtls: 'PeerAuthentication', jwt: 'RequestAuthentication' } as const;

/** Who may call what, over which connection, with which token: what holds, where it comes from, and the way to change it. */
export function SecurityPage(): ReactNode {
  const t = useTranslations('security');
  const common = useTranslations('common');
  const router = useRouter();
  const scope = useScope();
  const [tabText, setTab] = useUrlValue('tab');
  const tab = tabs.find((one) => one === tabText) ?? 'calls';
  const security = useEndpoint(
    'security',
    { query: { namespaces: scope.namespaces.join(',') } },
    { refreshMs: scope.refresh === false ? false : 15_000 },
  );
  const data = security.data;
  return (
    <>
      <PageHeader
        title={t('title')}
        actions={
          tab !== 'mtls' && (
            <Button
              icon={<Plus size={14} aria-hidden="true" />}
              onClick={() => router.push(scope.href(`/config/new?kind=${encodeURIComponent(`security.istio.io/${kindOf[tab]}`)}`))}
            >
              {t(tab === 'jwt' ? 'newAuthentication' : 'newPolicy')}
            </Button>
          )
        }
      />
      <ConfigTabs />
      <div role="group" aria-label={t('tabsLabel')} className="flex shrink-0 gap-1 border-b border-line bg-panel px-5 py-2">
        {tabs.map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={tab === one}
            onClick={() => setTab(one === 'calls' ? undefined : one)}
            className={clsx(
              'h-7 rounded-md px-2.5 text-sm',
              tab === one ? 'bg-accent-soft text-accent-text' : 'text-muted hover:text-text',
            )}
          >
            {t(`tabs.${one}`)}
          </button>
        ))}
      </div>
      <NoticeStrip notices={data?.notices ?? []} />
      {security.isError && data === undefined ? (
        <ErrorState {...security.error.body.error} retryLabel={common('retry')} onRetry={() => void security.refetch()} />
      ) : data === undefined ? (
        <SkeletonRows rows={10} label={common('loading')} />
      ) : tab === 'calls' ? (
        <CallsTab data={data} />
      ) : tab === 'mtls' ? (
        <MutualTlsTab data={data} />
      ) : (
        <TokensTab data={data} />
      )}
    </>
  );
}
