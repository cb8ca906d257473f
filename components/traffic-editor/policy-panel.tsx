'use client';

import { type ReactNode, useState } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from '@/components/ui/button';
import { NumberField, TextField, Toggle } from '@/components/ui/field';
import { Fold } from '@/components/ui/fold';
import { SelectField } from '@/components/ui/select-field';
import { formatDuration, parseDurationMs } from '@/lib/format';
import type { DestinationRule } from '@/lib/kinds';
import { sameJson } from '@/lib/kinds/shared/json';
import {
  policyBlocks,
  portsWithPolicy,
  readPolicyField,
  subsetsInUse,
  withPolicyBlock,
  withPolicyField,
  withPortPolicy,
  withoutPortPolicy,
  withoutSubset,
} from '@/lib/traffic';
import type { PolicyBlock, PolicyPath, PolicyScope } from '@/lib/traffic';
import type { TrafficDraft } from './use-traffic-draft';

type Texts = ReturnType<typeof useTranslations<'traffic'>>;

interface Numbers {
  path: PolicyPath;
  label: Parameters<Texts>[0];
  unit: '' | 'ms' | '%';
  placeholder: string;
  min: number;
}

/** The numbers of each block. Durations are edited in ms and written as the API has them. */
const numbers: Readonly<Partial<Record<PolicyBlock, readonly Numbers[]>>> = {
  connectionPool: [
    { path: ['connectionPool', 'tcp', 'maxConnections'], label: 'maxConnections', unit: '', placeholder: '∞', min: 1 },
    { path: ['connectionPool', 'tcp', 'connectTimeout'], label: 'connectTimeout', unit: 'ms', placeholder: '10000', min: 1 },
    { path: ['connectionPool', 'http', 'http1MaxPendingRequests'], label: 'pending', unit: '', placeholder: '∞', min: 1 },
    { path: ['connectionPool', 'http', 'http2MaxRequests'], label: 'requests', unit: '', placeholder: '∞', min: 1 },
    { path: ['connectionPool', 'http', 'maxRequestsPerConnection'], label: 'perConnection', unit: '', placeholder: '∞', min: 1 },
    { path: ['connectionPool', 'http', 'maxRetries'], label: 'maxRetries', unit: '', placeholder: '∞', min: 1 },
  ],
  outlierDetection: [
    { path: ['outlierDetection', 'consecutive5xxErrors'], label: 'consecutive5xx', unit: '', placeholder: '5', min: 0 },
    { path: ['outlierDetection', 'consecutiveGatewayErrors'], label: 'consecutiveGateway', unit: '', placeholder: '–', min: 0 },
    { path: ['outlierDetection', 'interval'], label: 'interval', unit: 'ms', placeholder: '10000', min: 1 },
    { path: ['outlierDetection', 'baseEjectionTime'], label: 'ejection', unit: 'ms', placeholder: '30000', min: 1 },
    { path: ['outlierDetection', 'maxEjectionPercent'], label: 'maxEjection', unit: '%', placeholder: '10', min: 0 },
  ],
};

const algorithms = ['LEAST_REQUEST', 'ROUND_ROBIN', 'RANDOM', 'PASSTHROUGH'] as const;
const hashKeys = ['httpHeaderName', 'httpCookie', 'httpQueryParameterName', 'useSourceIp'] as const;
const tlsModes = ['DISABLE', 'SIMPLE', 'MUTUAL', 'ISTIO_MUTUAL'] as const;

interface PartProps {
  rule: DestinationRule | null;
  scope: PolicyScope;
  onEdit: (change: (rule: DestinationRule) => DestinationRule) => void;
}

const selectLook = 'h-7 rounded-sm border border-line-strong bg-panel px-1.5 text-sm text-text';

/** Connection pool, outlier detection, load balancing and TLS: of the service or of one subset, for all ports or for one. */
export function PolicyPanel({ draft, onEdit }: { draft: TrafficDraft; onEdit: PartProps['onEdit'] }): ReactNode {
  const t = useTranslations('traffic');
  const [picked, setPicked] = useState('');
  const [pickedPort, setPickedPort] = useState<number | null>(null);
  const { destinationRule: rule, base } = draft;
  const subsets = rule?.spec.subsets ?? [];
  const subset = subsets.some((one) => one.name === picked) ? picked : null;
  const own = portsWithPolicy(rule, subset);
  const ports = [
    ...base.ports,
    ...own.filter((port) => !base.ports.some((one) => one.number === port)).map((number) => ({ number, name: '' })),
  ];
  const port = ports.some((one) => one.number === pickedPort) ? pickedPort : null;
  const scope = { subset, port };
  const before = draft.inForce.destinationRule;
  const hasOwn = port !== null && own.includes(port);
  return (
    <section aria-label={t('policies')} className="border-b border-line">
      <div className="flex min-h-10 flex-wrap items-center gap-x-3 gap-y-1 px-4 py-1">
        <h3 className="mr-auto text-sm">{t('policies')}</h3>
        {subsets.length > 0 && (
          <label className="flex items-center gap-2 text-xs text-muted">
            {t('policyOf')}
            <select value={subset ?? ''} onChange={(event) => setPicked(event.target.value)} className={selectLook}>
              <option value="">{t('policyService')}</option>
              {subsets.map((one) => (
                <option key={one.name} value={one.name}>
                  {t('policySubset', { name: one.name })}
                </option>
              ))}
            </select>
          </label>
        )}
        {ports.length > 0 && (
          <label className="flex items-center gap-2 text-xs text-muted">
            {t('policyPort')}
            <select
              value={port ?? ''}
              onChange={(event) => setPickedPort(event.target.value === '' ? null : Number(event.target.value))}
              className={selectLook}
            >
              <option value="">{t('policyAllPorts')}</option>
              {ports.map((one) => (
                <option key={one.number} value={one.number}>
                  {[String(one.number), one.name, own.includes(one.number) ? t('policyOwn') : ''].filter(Boolean).join(' ')}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
      <p className="px-4 pb-1 text-xs text-muted">
        {rule === null ? t('policyNew', { name: base.newNames.destinationRule }) : t('policyObject', { name: rule.metadata.name })}
        {base.otherRules.length > 0 && ` ${t('policyOthers', { names: base.otherRules.join(', ') })}`}
        {port === null && own.length > 0 && ` ${t('portLevel', { ports: own.join(', ') })}`}
      </p>
      {port !== null && (
        <div className="px-4 pb-1">
          <Toggle
            label={t('portOwn', { port: String(port) })}
            checked={hasOwn}
            onChange={(on) => onEdit((one) => (on ? withPortPolicy(one, subset, port) : withoutPortPolicy(one, subset, port)))}
          />
          <p className="text-xs text-faint">{t('portOwnHint')}</p>
        </div>
      )}
      {(port === null || hasOwn) && (
        <div className="flex flex-col px-2 pb-2">
          {policyBlocks.map((block) => (
            <Fold
              key={`${block} ${subset ?? ''} ${port ?? ''}`}
              title={t(block)}
              summary={summaryOf(rule, scope, block, t)}
              changed={!sameJson(readPolicyField(rule, scope, [block]), readPolicyField(before, scope, [block]))}
            >
              <Block rule={rule} scope={scope} block={block} onEdit={onEdit} />
            </Fold>
          ))}
        </div>
      )}
      {subset !== null && port === null && <RemoveSubset draft={draft} subset={subset} onEdit={onEdit} />}
    </section>
  );
}

/** Takes a subset away, unless rules of this draft or any other object of the mesh send requests to it. */
function RemoveSubset({ draft, subset, onEdit }: { draft: TrafficDraft; subset: string; onEdit: PartProps['onEdit'] }): ReactNode {
  const t = useTranslations('traffic');
  const { base, route } = draft;
  const { kind, metadata } = route.object;
  const edited = `${kind} ${metadata.namespace ?? 'default'}/${metadata.name}`;
  const rules = subsetsInUse(route, base).get(subset) ?? [];
  // What the edited object says, its draft says better.
  const others = base.subsetUsers.flatMap((one) => (one.subset === subset && one.object !== edited ? [one.object] : []));
  const hints = [
    ...(rules.length > 0 ? [t('removeSubsetUsed', { count: rules.length })] : []),
    ...(others.length > 0 ? [t('removeSubsetUsedBy', { count: others.length, names: others.join(', ') })] : []),
  ];
  return (
    <div className="flex flex-col gap-1 px-4 pb-3">
      <Button
        size="sm"
        variant="danger"
        className="self-start"
        disabled={hints.length > 0}
        onClick={() => onEdit((one) => withoutSubset(one, subset))}
      >
        {t('removeSubset')}
      </Button>
      <p className="text-xs text-muted">{hints.length > 0 ? hints.join(' ') : t('removeSubsetHint')}</p>
    </div>
  );
}

function summaryOf(rule: DestinationRule | null, scope: PolicyScope, block: PolicyBlock, t: Texts): string {
  const value = readPolicyField(rule, scope, [block]);
  if (value === undefined) {
    // A port with settings of its own takes nothing from the others.
    const inherits = scope.subset !== null && scope.port === null && readPolicyField(rule, wholeService, [block]) !== undefined;
    return inherits ? t('inherited') : t('meshDefault');
  }
  if (block === 'loadBalancer') return t(`balance.${algorithmOf(rule, scope)}`);
  if (block === 'tls') return t(`tlsModes.${tlsModeOf(rule, scope)}`);
  return (numbers[block] ?? [])
    .flatMap(({ path, unit }) => {
      const number = readPolicyField(rule, scope, path);
      return typeof number === 'number' || typeof number === 'string' ? [`${number}${unit === '%' ? ' %' : ''}`] : [];
    })
    .join(' · ');
}

const wholeService: PolicyScope = { subset: null, port: null };

/** A subset has the block of its service until it gets one of its own, which begins as a copy. */
function Block({ rule, scope, block, onEdit }: PartProps & { block: PolicyBlock }): ReactNode {
  const t = useTranslations('traffic');
  const own = readPolicyField(rule, scope, [block]);
  const outer = readPolicyField(rule, wholeService, [block]);
  const fields = <Fields rule={rule} scope={scope} block={block} onEdit={onEdit} />;
  if (scope.subset === null || scope.port !== null) return fields;
  return (
    <>
      <Toggle
        label={t('subsetOwn')}
        checked={own !== undefined}
        onChange={(on) =>
          onEdit((one) => withPolicyBlock(one, scope, block, on ? ((outer as object | undefined) ?? starts[block]) : undefined))
        }
      />
      <p className="text-xs text-faint">{t('subsetOwnHint')}</p>
      {own !== undefined && fields}
    </>
  );
}

/** What a block begins with when nothing is there to copy: Istio's defaults, said. */
const starts: Readonly<Record<PolicyBlock, object>> = {
  loadBalancer: { simple: 'LEAST_REQUEST' },
  connectionPool: { http: { http1MaxPendingRequests: 1024 } },
  outlierDetection: { consecutive5xxErrors: 5 },
  tls: { mode: 'ISTIO_MUTUAL' },
};

function Fields({ block, ...props }: PartProps & { block: PolicyBlock }): ReactNode {
  if (block === 'loadBalancer') return <BalancerFields {...props} />;
  if (block === 'tls') return <TlsFields {...props} />;
  return <NumberFields {...props} block={block} />;
}

function NumberFields({ rule, scope, block, onEdit }: PartProps & { block: PolicyBlock }): ReactNode {
  const t = useTranslations('traffic');
  const say = t as (key: string) => string;
  return (numbers[block] ?? []).map(({ path, label, unit, placeholder, min }) => {
    const value = readPolicyField(rule, scope, path);
    const shown = unit === 'ms' && typeof value === 'string' ? parseDurationMs(value) : typeof value === 'number' ? value : null;
    return (
      <NumberField
        key={path.join('.')}
        label={say(label)}
        value={shown}
        min={min}
        {...(unit === '%' ? { max: 100 } : {})}
        unit={unit}
        placeholder={placeholder === '∞' ? t('unlimited') : placeholder}
        onChange={(next) =>
          onEdit((one) =>
            withPolicyField(one, scope, path, next === null ? undefined : unit === 'ms' ? formatDuration(next) : Math.round(next)),
          )
        }
      />
    );
  });
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function algorithmOf(rule: DestinationRule | null, scope: PolicyScope): (typeof algorithms)[number] | 'hash' | 'default' {
  if (readPolicyField(rule, scope, ['loadBalancer', 'consistentHash']) !== undefined) return 'hash';
  const simple = readPolicyField(rule, scope, ['loadBalancer', 'simple']);
  return algorithms.find((one) => one === simple) ?? 'default';
}

function BalancerFields({ rule, scope, onEdit }: PartProps): ReactNode {
  const t = useTranslations('traffic');
  const set = (path: PolicyPath, value: unknown) => (one: DestinationRule) => withPolicyField(one, scope, path, value);
  const algorithm = algorithmOf(rule, scope);
  const hash = (readPolicyField(rule, scope, ['loadBalancer', 'consistentHash']) ?? {}) as Record<string, unknown>;
  const on = hashKeys.find((key) => hash[key] !== undefined) ?? 'httpHeaderName';
  const cookie = (hash['httpCookie'] ?? {}) as { name?: string; ttl?: string };
  const name = on === 'httpCookie' ? (cookie.name ?? '') : textOf(hash[on]);
  const put = (key: (typeof hashKeys)[number], text: string) => {
    const { httpHeaderName: _header, httpCookie: _cookie, httpQueryParameterName: _query, useSourceIp: _source, ...kept } = hash;
    const value = key === 'useSourceIp' ? true : key === 'httpCookie' ? { ttl: '0s', ...cookie, name: text } : text;
    onEdit((one) => set(['loadBalancer', 'consistentHash'], { ...kept, [key]: value })(set(['loadBalancer', 'simple'], undefined)(one)));
  };
  return (
    <>
      <SelectField
        label={t('algorithm')}
        value={algorithm}
        options={(['default', ...algorithms, 'hash'] as const).map((one) => [one, t(`balance.${one}`)] as const)}
        onChange={(next) => {
          if (next === 'hash') put('httpHeaderName', 'x-user');
          else
            onEdit((one) =>
              set(
                ['loadBalancer', 'simple'],
                next === 'default' ? undefined : next,
              )(set(['loadBalancer', 'consistentHash'], undefined)(one)),
            );
        }}
      />
      {algorithm === 'hash' && (
        <>
          <SelectField
            label={t('hashOn')}
            value={on}
            options={hashKeys.map((one) => [one, t(`hash.${one}`)] as const)}
            onChange={(key) => put(key, name === '' ? 'x-user' : name)}
          />
          {on !== 'useSourceIp' && <TextField label={t('hashName')} mono value={name} onChange={(text) => put(on, text)} />}
          {on === 'httpCookie' && (
            <NumberField
              label={t('hashTtl')}
              value={(parseDurationMs(cookie.ttl ?? '0s') ?? 0) / 1000}
              min={0}
              unit="s"
              onChange={(seconds) =>
                onEdit(set(['loadBalancer', 'consistentHash', 'httpCookie', 'ttl'], formatDuration((seconds ?? 0) * 1000)))
              }
            />
          )}
        </>
      )}
    </>
  );
}

function tlsModeOf(rule: DestinationRule | null, scope: PolicyScope): (typeof tlsModes)[number] | 'default' {
  const mode = readPolicyField(rule, scope, ['tls', 'mode']);
  return tlsModes.find((one) => one === mode) ?? 'default';
}

const tlsTexts = { SIMPLE: ['sni', 'caCertificates'], MUTUAL: ['clientCertificate', 'privateKey', 'caCertificates', 'sni'] } as const;

function TlsFields({ rule, scope, onEdit }: PartProps): ReactNode {
  const t = useTranslations('traffic');
  const mode = tlsModeOf(rule, scope);
  const fields = mode === 'SIMPLE' || mode === 'MUTUAL' ? tlsTexts[mode] : [];
  return (
    <>
      <SelectField
        label={t('tlsMode')}
        value={mode}
        options={(['default', ...tlsModes] as const).map((one) => [one, t(`tlsModes.${one}`)] as const)}
        onChange={(next) =>
          onEdit((one) =>
            next === 'default' ? withPolicyBlock(one, scope, 'tls', undefined) : withPolicyField(one, scope, ['tls', 'mode'], next),
          )
        }
      />
      {fields.map((field) => (
        <TextField
          key={field}
          label={t(field)}
          mono
          value={textOf(readPolicyField(rule, scope, ['tls', field]))}
          onChange={(text) => onEdit((one) => withPolicyField(one, scope, ['tls', field], text === '' ? undefined : text))}
        />
      ))}
    </>
  );
}
