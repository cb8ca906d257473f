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
import { policyBlocks, readPolicyField, subsetsInUse, withPolicyBlock, withPolicyField, withoutSubset } from '@/lib/traffic';
import type { PolicyBlock, PolicyPath } from '@/lib/traffic';
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
  subset: string | null;
  onEdit: (change: (rule: DestinationRule) => DestinationRule) => void;
}

/** Connection pool, outlier detection, load balancing and TLS: of the service, or of one subset. */
export function PolicyPanel({ draft, onEdit }: { draft: TrafficDraft; onEdit: PartProps['onEdit'] }): ReactNode {
  const t = useTranslations('traffic');
  const [picked, setPicked] = useState('');
  const { destinationRule: rule, base } = draft;
  const subsets = rule?.spec.subsets ?? [];
  const subset = subsets.some((one) => one.name === picked) ? picked : null;
  const before = draft.inForce.destinationRule;
  const used = subset === null ? [] : (subsetsInUse(draft.route, base).get(subset) ?? []);
  const hasPorts = ((readPolicyField(rule, subset, ['portLevelSettings']) as unknown[] | undefined) ?? []).length > 0;
  return (
    <section aria-label={t('policies')} className="border-b border-line">
      <div className="flex min-h-10 items-center gap-3 px-4">
        <h3 className="mr-auto text-sm">{t('policies')}</h3>
        {subsets.length > 0 && (
          <label className="flex items-center gap-2 text-xs text-muted">
            {t('policyOf')}
            <select
              value={subset ?? ''}
              onChange={(event) => setPicked(event.target.value)}
              className="h-7 rounded-sm border border-line-strong bg-panel px-1.5 text-sm text-text"
            >
              <option value="">{t('policyService')}</option>
              {subsets.map((one) => (
                <option key={one.name} value={one.name}>
                  {t('policySubset', { name: one.name })}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
      <p className="px-4 pb-1 text-xs text-muted">
        {rule === null ? t('policyNew', { name: base.newNames.destinationRule }) : t('policyObject', { name: rule.metadata.name })}
        {base.otherRules.length > 0 && ` ${t('policyOthers', { names: base.otherRules.join(', ') })}`}
        {hasPorts && ` ${t('portLevel')}`}
      </p>
      <div className="flex flex-col px-2 pb-2">
        {policyBlocks.map((block) => (
          <Fold
            key={`${block} ${subset ?? ''}`}
            title={t(block)}
            summary={summaryOf(rule, subset, block, t)}
            changed={!sameJson(readPolicyField(rule, subset, [block]), readPolicyField(before, subset, [block]))}
          >
            <Block rule={rule} subset={subset} block={block} onEdit={onEdit} />
          </Fold>
        ))}
      </div>
      {subset !== null && (
        <div className="flex flex-col gap-1 px-4 pb-3">
          <Button
            size="sm"
            variant="danger"
            className="self-start"
            disabled={used.length > 0}
            onClick={() => onEdit((one) => withoutSubset(one, subset))}
          >
            {t('removeSubset')}
          </Button>
          <p className="text-xs text-muted">{used.length > 0 ? t('removeSubsetUsed', { count: used.length }) : t('removeSubsetHint')}</p>
        </div>
      )}
    </section>
  );
}

function summaryOf(rule: DestinationRule | null, subset: string | null, block: PolicyBlock, t: Texts): string {
  const value = readPolicyField(rule, subset, [block]);
  if (value === undefined) return subset !== null && readPolicyField(rule, null, [block]) !== undefined ? t('inherited') : t('meshDefault');
  if (block === 'loadBalancer') return t(`balance.${algorithmOf(rule, subset)}`);
  if (block === 'tls') return t(`tlsModes.${tlsModeOf(rule, subset)}`);
  return (numbers[block] ?? [])
    .flatMap(({ path, unit }) => {
      const number = readPolicyField(rule, subset, path);
      return typeof number === 'number' || typeof number === 'string' ? [`${number}${unit === '%' ? ' %' : ''}`] : [];
    })
    .join(' · ');
}

/** A subset has the block of its service until it gets one of its own, which begins as a copy. */
function Block({ rule, subset, block, onEdit }: PartProps & { block: PolicyBlock }): ReactNode {
  const t = useTranslations('traffic');
  const own = readPolicyField(rule, subset, [block]);
  const outer = readPolicyField(rule, null, [block]);
  const fields = <Fields rule={rule} subset={subset} block={block} onEdit={onEdit} />;
  if (subset === null) return fields;
  return (
    <>
      <Toggle
        label={t('subsetOwn')}
        checked={own !== undefined}
        onChange={(on) =>
          onEdit((one) => withPolicyBlock(one, subset, block, on ? ((outer as object | undefined) ?? starts[block]) : undefined))
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

function NumberFields({ rule, subset, block, onEdit }: PartProps & { block: PolicyBlock }): ReactNode {
  const t = useTranslations('traffic');
  const say = t as (key: string) => string;
  return (numbers[block] ?? []).map(({ path, label, unit, placeholder, min }) => {
    const value = readPolicyField(rule, subset, path);
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
            withPolicyField(one, subset, path, next === null ? undefined : unit === 'ms' ? formatDuration(next) : Math.round(next)),
          )
        }
      />
    );
  });
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function algorithmOf(rule: DestinationRule | null, subset: string | null): (typeof algorithms)[number] | 'hash' | 'default' {
  if (readPolicyField(rule, subset, ['loadBalancer', 'consistentHash']) !== undefined) return 'hash';
  const simple = readPolicyField(rule, subset, ['loadBalancer', 'simple']);
  return algorithms.find((one) => one === simple) ?? 'default';
}

function BalancerFields({ rule, subset, onEdit }: PartProps): ReactNode {
  const t = useTranslations('traffic');
  const set = (path: PolicyPath, value: unknown) => (one: DestinationRule) => withPolicyField(one, subset, path, value);
  const algorithm = algorithmOf(rule, subset);
  const hash = (readPolicyField(rule, subset, ['loadBalancer', 'consistentHash']) ?? {}) as Record<string, unknown>;
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

function tlsModeOf(rule: DestinationRule | null, subset: string | null): (typeof tlsModes)[number] | 'default' {
  const mode = readPolicyField(rule, subset, ['tls', 'mode']);
  return tlsModes.find((one) => one === mode) ?? 'default';
}

const tlsTexts = { SIMPLE: ['sni', 'caCertificates'], MUTUAL: ['clientCertificate', 'privateKey', 'caCertificates', 'sni'] } as const;

function TlsFields({ rule, subset, onEdit }: PartProps): ReactNode {
  const t = useTranslations('traffic');
  const mode = tlsModeOf(rule, subset);
  const fields = mode === 'SIMPLE' || mode === 'MUTUAL' ? tlsTexts[mode] : [];
  return (
    <>
      <SelectField
        label={t('tlsMode')}
        value={mode}
        options={(['default', ...tlsModes] as const).map((one) => [one, t(`tlsModes.${one}`)] as const)}
        onChange={(next) =>
          onEdit((one) =>
            next === 'default' ? withPolicyBlock(one, subset, 'tls', undefined) : withPolicyField(one, subset, ['tls', 'mode'], next),
          )
        }
      />
      {fields.map((field) => (
        <TextField
          key={field}
          label={t(field)}
          mono
          value={textOf(readPolicyField(rule, subset, ['tls', field]))}
          onChange={(text) => onEdit((one) => withPolicyField(one, subset, ['tls', field], text === '' ? undefined : text))}
        />
      ))}
    </>
  );
}
