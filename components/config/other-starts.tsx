'use client';

import { type ReactNode, useState } from 'react';
import { useTranslations } from 'use-intl';
import { useEndpoint } from '@/components/data/use-endpoint';
import { useScope } from '@/components/shell/scope';
import { Button } from '@/components/ui/button';
import { SkeletonRows } from '@/components/ui/states';
import { type ConversionTarget, type ObservedCall, convertTrafficSplit, observePolicies, observeSidecars } from '@/lib/starts';
import { readManifests } from '@/lib/validate';
import { splitDocuments, toYaml } from '@/lib/yaml';

type Begin = (texts: readonly string[]) => void;

/** Objects made from the requests that are seen now. */
export function ObservedStart({ kind, onBegin }: { kind: 'AuthorizationPolicy' | 'Sidecar'; onBegin: Begin }): ReactNode {
  const t = useTranslations('configuration');
  const common = useTranslations('common');
  const scope = useScope();
  const security = useEndpoint('security', { query: { namespaces: scope.namespaces.join(',') } });
  const data = security.data;
  const calls = (data?.calls ?? []).flatMap((call): ObservedCall[] => {
    const from = data?.callers.find((one) => `${one.namespace}/${one.name}` === call.from && one.hasProxy);
    const to = data?.services.find((one) => `${one.namespace}/${one.name}` === call.to);
    if (from === undefined || to === undefined || (call.rps ?? 0) === 0) return [];
    return [
      {
        from: { namespace: from.namespace, workload: from.name, serviceAccount: from.serviceAccount },
        to: { namespace: to.namespace, service: to.name, selector: to.selector },
      },
    ];
  });
  const options = { trustDomain: data?.trustDomain ?? 'cluster.local', namespaces: scope.namespaces };
  const objects = kind === 'Sidecar' ? observeSidecars(calls, options, data?.rootNamespace) : observePolicies(calls, options);
  return (
    <section className="flex flex-col gap-2">
      <h2 className="text-sm">{t('fromObserved')}</h2>
      {data === undefined && security.isError ? (
        <p className="text-sm text-failing-text">{security.error.body.error.message}</p>
      ) : data === undefined ? (
        <SkeletonRows rows={1} label={common('loading')} />
      ) : (
        <p className="text-sm text-muted">{t('observedHint', { calls: calls.length, objects: objects.length })}</p>
      )}
      <Button className="self-start" disabled={objects.length === 0} onClick={() => onBegin(objects.map((one) => toYaml(one)))}>
        {t('useObserved')}
      </Button>
    </section>
  );
}

/** Objects from a text; TrafficSplits among them are converted, and what that loses is said. */
export function PastedStart({ onBegin }: { onBegin: Begin }): ReactNode {
  const t = useTranslations('configuration');
  const [text, setText] = useState('');
  const [target, setTarget] = useState<ConversionTarget>('VirtualService');
  const { manifests, findings } = readManifests(text);
  const conversion = convertTrafficSplit(
    manifests.map((one) => one.object),
    target,
  );
  return (
    <section className="flex flex-col gap-2">
      <label className="flex flex-col gap-1 text-sm">
        {t('fromPasted')}
        <textarea
          value={text}
          onChange={(event) => setText(event.target.value)}
          rows={8}
          spellCheck={false}
          className="rounded-sm border border-line-strong bg-panel px-2 py-1.5 font-mono text-xs"
        />
      </label>
      {findings.map((one) => (
        <p key={`${one.line} ${one.message}`} className="text-sm text-failing-text">
          {t('lineOf', { line: String(one.line ?? 1) })}: {one.message}
        </p>
      ))}
      {conversion.converted > 0 && (
        <>
          <label className="flex items-center gap-2 text-sm">
            <span className="text-muted">{t('convertTo', { count: conversion.converted })}</span>
            <select
              value={target}
              onChange={(event) => setTarget(event.target.value === 'HTTPRoute' ? 'HTTPRoute' : 'VirtualService')}
              className="h-7 rounded-sm border border-line-strong bg-panel px-1.5"
            >
              <option>VirtualService</option>
              <option>HTTPRoute</option>
            </select>
          </label>
          <ul className="flex list-disc flex-col gap-1 pl-5 text-sm text-muted" data-testid="conversion-notes">
            {conversion.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </>
      )}
      <Button
        className="self-start"
        disabled={text.trim() === ''}
        onClick={() => onBegin(conversion.converted > 0 ? conversion.objects.map((one) => toYaml(one)) : splitDocuments(text))}
      >
        {conversion.converted > 0 ? t('useConverted') : t('usePasted')}
      </Button>
    </section>
  );
}
