'use client';

import { Lock, LockOpen, Plus } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { useEndpoint } from '@/components/data/use-endpoint';
import { objectPath } from '@/components/shell/object-path';
import { useScope } from '@/components/shell/scope';
import { Button } from '@/components/ui/button';
import { HealthMark } from '@/components/ui/health-mark';
import { PageHeader, Section } from '@/components/ui/page';
import { EmptyState, ErrorState, NoticeStrip, SkeletonRows } from '@/components/ui/states';
import type { AnyObject, Credential, GatewayListener, GatewaySummary } from '@/lib/contract';
import { type Dock, useChangeDock } from './change-dock';
import { ConfigTabs } from './config-tabs';

const credentialHealth = { ok: 'healthy', expired: 'failing', not_yet: 'degraded', missing: 'failing', unreadable: 'unknown' } as const;

/** Every way into the mesh: hosts, ports, certificates, and the routes behind them. */
export function GatewaysPage(): ReactNode {
  const t = useTranslations('gateways');
  const common = useTranslations('common');
  const router = useRouter();
  const scope = useScope();
  const dock = useChangeDock();
  const gateways = useEndpoint('gateways', { query: { namespaces: scope.namespaces.join(',') } }, { refreshMs: scope.refresh });
  const data = gateways.data;
  const create = (): void => router.push(scope.href(`/config/new?kind=${encodeURIComponent('networking.istio.io/Gateway')}`));
  return (
    <>
      <PageHeader
        title={t('title')}
        actions={
          <Button icon={<Plus size={14} aria-hidden="true" />} onClick={create}>
            {t('newGateway')}
          </Button>
        }
      />
      <ConfigTabs />
      <NoticeStrip notices={data?.notices ?? []} />
      {gateways.isError && data === undefined ? (
        <ErrorState {...gateways.error.body.error} retryLabel={common('retry')} onRetry={() => void gateways.refetch()} />
      ) : data === undefined ? (
        <SkeletonRows rows={8} label={common('loading')} />
      ) : data.gateways.length === 0 ? (
        <EmptyState title={t('empty')} action={<Button onClick={create}>{t('newGateway')}</Button>} />
      ) : (
        <div className="flex min-h-0 flex-1">
          <div className="min-w-0 flex-1 overflow-auto">
            {data.gateways.map((one) => (
              <GatewaySection
                key={`${one.ref.group} ${one.ref.namespace}/${one.ref.name}`}
                gateway={one}
                secrets={data.secrets.filter((secret) => secret.namespace === one.credentialNamespace)}
                dock={dock}
              />
            ))}
          </div>
          {dock.panel}
        </div>
      )}
    </>
  );
}

/** The gateway with another Secret at one of its listeners. */
function withSecret(gateway: GatewaySummary, index: number, name: string): AnyObject {
  const spec = structuredClone(gateway.object['spec']) as {
    servers?: { tls?: Record<string, unknown> }[];
    listeners?: { tls?: Record<string, unknown> }[];
  };
  const server = spec.servers?.[index];
  if (server !== undefined) {
    const { credentialNames: _several, ...tls } = server.tls ?? {};
    server.tls = { mode: 'SIMPLE', ...tls, credentialName: name };
  }
  const listener = spec.listeners?.[index];
  if (listener !== undefined) listener.tls = { ...listener.tls, certificateRefs: [{ kind: 'Secret', name }] };
  return { ...gateway.object, spec };
}

function GatewaySection({ gateway, secrets, dock }: { gateway: GatewaySummary; secrets: readonly Credential[]; dock: Dock }): ReactNode {
  const t = useTranslations('gateways');
  const scope = useScope();
  const { ref, pods } = gateway;
  const isIstio = ref.group === 'networking.istio.io';
  const down = pods === null || pods.ready === 0;
  return (
    <Section
      title={
        <span className="flex items-baseline gap-2">
          <Link href={scope.href(objectPath(ref))} className="hover:underline">
            {ref.name}
          </Link>
          <span className="text-sm font-normal text-muted">{ref.namespace}</span>
          <span className="text-xs font-normal text-faint">{t(isIstio ? 'istio' : 'gatewayApi')}</span>
        </span>
      }
      aside={
        <>
          <span>{isIstio ? t('runsOn', { selector: gateway.runsOn }) : t('class', { name: gateway.runsOn })}</span>
          <span className="flex items-center gap-1.5">
            <HealthMark health={down ? 'failing' : pods.ready < pods.total ? 'degraded' : 'healthy'} size={11} />
            {pods === null || pods.total === 0 ? t('noPods') : t('pods', { ready: String(pods.ready), total: String(pods.total) })}
          </span>
        </>
      }
    >
      <table className="w-full table-fixed border-separate border-spacing-0 text-sm" aria-label={`${ref.namespace}/${ref.name}`}>
        <thead>
          <tr className="text-left text-xs text-muted">
            <th scope="col" className="h-7 w-40 border-b border-line px-3 pl-5">
              {t('listener')}
            </th>
            <th scope="col" className="border-b border-line px-3">
              {t('hosts')}
            </th>
            <th scope="col" className="border-b border-line px-3">
              {t('tls')}
            </th>
            <th scope="col" className="border-b border-line px-3 pr-5">
              {t('routes')}
            </th>
          </tr>
        </thead>
        <tbody>
          {gateway.listeners.map((listener, index) => (
            <tr key={listener.path} className="align-top">
              <td className="border-b border-line px-3 py-2 pl-5">
                <span className="num font-[550]">{listener.port}</span> {listener.protocol}
                <span className="block text-xs text-faint">{listener.name}</span>
              </td>
              <td className="border-b border-line px-3 py-2 font-mono text-xs break-all">
                {listener.hosts.length === 0 ? t('anyHost') : listener.hosts.map((host) => <div key={host}>{host}</div>)}
              </td>
              <td className="border-b border-line px-3 py-2">
                <TlsFacts
                  listener={listener}
                  secrets={secrets}
                  onChoose={(name) =>
                    dock.propose({
                      title: t('chooseTitle', { listener: `${ref.name} ${listener.name}`, secret: name }),
                      draft: { objects: [withSecret(gateway, index, name)], bases: [gateway.object] },
                    })
                  }
                />
              </td>
              <td className="border-b border-line px-3 py-2 pr-5">
                {listener.routes.length === 0 && <span className="text-muted">{listener.httpsRedirect ? '–' : t('noRoutes')}</span>}
                {listener.routes.map((route) => (
                  <div key={`${route.ref.kind} ${route.ref.namespace}/${route.ref.name}`}>
                    <span className="text-muted">{route.ref.kind}</span>{' '}
                    <Link href={scope.href(objectPath(route.ref))} className="text-accent-text hover:underline">
                      {route.ref.namespace}/{route.ref.name}
                    </Link>
                    {route.accepted === false && (
                      <span className="block text-xs text-failing-text">{`${t('notAccepted')}: ${route.message}`}</span>
                    )}
                  </div>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

function TlsFacts({
  listener,
  secrets,
  onChoose,
}: {
  listener: GatewayListener;
  secrets: readonly Credential[];
  onChoose: (name: string) => void;
}): ReactNode {
  const t = useTranslations('gateways');
  const terminates = ['SIMPLE', 'MUTUAL', 'OPTIONAL_MUTUAL', 'Terminate'].includes(listener.tlsMode);
  const [only] = listener.credentials;
  return (
    <div className="flex flex-col gap-1">
      <span className="flex items-center gap-1.5">
        {listener.tlsMode === '' ? (
          <LockOpen size={13} aria-hidden="true" className="text-faint" />
        ) : (
          <Lock size={13} aria-hidden="true" className="text-healthy-text" />
        )}
        {listener.httpsRedirect ? t('redirect') : listener.tlsMode === '' ? t('plain') : listener.tlsMode}
      </span>
      {terminates && listener.credentials.length <= 1 && (
        <select
          aria-label={t('choose', { listener: listener.name })}
          value={only?.name ?? ''}
          onChange={(event) => event.target.value !== '' && onChoose(event.target.value)}
          className="h-6 max-w-56 rounded-sm border border-line-strong bg-panel px-1 text-sm"
        >
          {only === undefined && <option value="">{t('noSecret')}</option>}
          {only !== undefined && !secrets.some((one) => one.name === only.name) && <option value={only.name}>{only.name}</option>}
          {secrets.map((one) => (
            <option key={one.name}>{one.name}</option>
          ))}
        </select>
      )}
      {listener.credentials.map((one) => (
        <CertificateFacts key={`${one.namespace}/${one.name}`} credential={one} showName={listener.credentials.length > 1 || !terminates} />
      ))}
      {listener.uncovered.length > 0 && (
        <span className="text-xs text-degraded-text">{t('uncovered', { hosts: listener.uncovered.join(', ') })}</span>
      )}
    </div>
  );
}

function CertificateFacts({ credential, showName }: { credential: Credential; showName: boolean }): ReactNode {
  const t = useTranslations('gateways');
  const { certificate, state, message } = credential;
  return (
    <div className="flex gap-1.5 text-xs">
      <span className="pt-0.5">
        <HealthMark health={credentialHealth[state]} size={10} />
      </span>
      <span className="min-w-0 break-words text-muted">
        {showName && <span className="text-text">{credential.name} </span>}
        {certificate !== null && (
          <>
            <span title={`${certificate.subject} · ${certificate.issuer}`}>
              {t(state === 'expired' ? 'expiredOn' : 'validUntil', { date: certificate.notAfter.slice(0, 10) })}
            </span>
            {certificate.names.length > 0 && <span className="block">{t('covers', { names: certificate.names.join(', ') })}</span>}
          </>
        )}
        {message !== '' && <span className="block text-failing-text">{message}</span>}
      </span>
    </div>
  );
}
