'use client';

import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import type { YamlPath } from '@/lib/yaml';
import { listIds } from './choice-lists';
import { inputLook } from './field-row';
import { useChoices, useFormControl } from './form-control';

export interface SpecialFieldProps {
  label: string;
  path: YamlPath;
  value: unknown;
}

const comparisons = ['exact', 'prefix', 'regex'] as const;

function textOf(value: unknown, name: string): string {
  const found = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  return typeof found === 'string' ? found : '';
}

/** A text condition: how it is compared, and with what. */
export function StringMatchField({ label, path, value }: SpecialFieldProps): ReactNode {
  const t = useTranslations('editor');
  const { set } = useFormControl();
  const given = typeof value === 'object' && value !== null ? value : {};
  // A field that is not written asks nothing; one written as `{}` asks that it is there.
  const kind = value === undefined ? 'unset' : (comparisons.find((one) => one in given) ?? 'any');
  const text = kind === 'any' || kind === 'unset' ? '' : textOf(value, kind);
  return (
    <span className="flex items-center gap-1.5">
      <select
        aria-label={t('matchKind', { name: label })}
        value={kind}
        onChange={(event) => set(path, event.target.value === 'any' ? {} : { [event.target.value]: text })}
        className={`${inputLook} !w-28 shrink-0 ${kind === 'unset' ? 'text-faint' : ''}`}
      >
        {kind === 'unset' && <option value="unset">{t('match.unset')}</option>}
        {comparisons.map((one) => (
          <option key={one} value={one}>
            {t(`match.${one}`)}
          </option>
        ))}
        <option value="any">{t('match.any')}</option>
      </select>
      {kind !== 'any' && kind !== 'unset' && (
        <input
          aria-label={t('matchValue', { name: label })}
          value={text}
          spellCheck={false}
          onChange={(event) => set([...path, kind], event.target.value)}
          className={`${inputLook} font-mono text-xs`}
        />
      )}
    </span>
  );
}

/** The full name of a host as an object of a namespace writes it. */
function fullHost(host: string, namespace: string): string {
  return host === '' || host.includes('.') ? host : `${host}.${namespace}.svc.cluster.local`;
}

/** A destination: the host with the services of the mesh to choose from, its subsets, its ports. */
export function DestinationField({ label, path, value }: SpecialFieldProps): ReactNode {
  const t = useTranslations('editor');
  const { set, remove } = useFormControl();
  const { choices, namespace } = useChoices();
  const host = textOf(value, 'host');
  const subset = textOf(value, 'subset');
  const given = value as { port?: { number?: unknown } } | undefined;
  const port = typeof given?.port?.number === 'number' ? given.port.number : undefined;
  const known = choices?.hosts.find((one) => one.host === fullHost(host, namespace));
  const subsets = [...new Set([...(known?.subsets ?? []), ...(subset === '' ? [] : [subset])])];
  const ports = known?.ports ?? [];
  return (
    <span className="flex flex-wrap items-center gap-1.5">
      <input
        aria-label={`${label} ${t('host')}`}
        value={host}
        list={listIds.of('host')}
        placeholder={t('host')}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => set([...path, 'host'], event.target.value)}
        className={`${inputLook} !w-auto min-w-32 flex-1 font-mono text-xs`}
      />
      <select
        aria-label={`${label} ${t('subset')}`}
        value={subset}
        onChange={(event) => {
          if (event.target.value === '') remove([...path, 'subset']);
          else set([...path, 'subset'], event.target.value);
        }}
        className={`${inputLook} !w-auto max-w-32 ${subset === '' ? 'text-faint' : ''}`}
      >
        <option value="">{`${t('subset')}: ${t('anySubset')}`}</option>
        {subsets.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </select>
      <select
        aria-label={`${label} ${t('port')}`}
        value={port ?? ''}
        onChange={(event) => {
          if (event.target.value === '') remove([...path, 'port']);
          else set([...path, 'port', 'number'], Number(event.target.value));
        }}
        className={`${inputLook} !w-auto max-w-32 ${port === undefined ? 'text-faint' : ''}`}
      >
        <option value="">{`${t('port')}: ${t('anyPort')}`}</option>
        {port !== undefined && !ports.some((one) => one.number === port) && <option value={port}>{port}</option>}
        {ports.map((one) => (
          <option key={one.number} value={one.number}>
            {one.name === '' ? one.number : `${one.number} ${one.name}`}
          </option>
        ))}
      </select>
    </span>
  );
}
