'use client';

import { type ReactNode, useState } from 'react';
import { useTranslations } from 'use-intl';
import { HealthMark } from '@/components/ui/health-mark';
import { Inspector } from '@/components/ui/inspector';
import { EmptyState } from '@/components/ui/states';
import type { AnyObject, PermittedCall, SecurityResponse } from '@/lib/contract';
import { formatRate } from '@/lib/format';
import { addRule, principalOfAccount, ruleForCaller } from '@/lib/kinds/authorization-policy/edit-rules';
import { CallPanel } from './call-panel';
import { type Proposal, useChangeDock } from './change-dock';
import { PolicyEditor } from './policy-editor';
import { asObject, asPolicy, ruleWords, targetWords } from './policy-words';

const marks = { allow: 'healthy', deny: 'failing', mixed: 'degraded', fails: 'unknown' } as const;

type Shown = { call: PermittedCall } | { policy: AnyObject };

/** The draft that names a caller in the policy of that action for a service, which is made when there is none. */
function proposeRule(
  data: SecurityResponse,
  call: PermittedCall,
  action: 'ALLOW' | 'DENY',
  title: string,
  firstHint: string,
): Proposal | undefined {
  const [namespace = '', name = ''] = call.to.split('/');
  const service = data.services.find((one) => one.namespace === namespace && one.name === name);
  const principal = (from: string) => {
    const caller = data.callers.find((one) => `${one.namespace}/${one.name}` === from && one.hasProxy);
    return caller && principalOfAccount(data.trustDomain, caller.namespace, caller.serviceAccount);
  };
  const own = principal(call.from);
  if (service === undefined || own === undefined) return undefined;
  const policyName = `${name}-${action.toLowerCase()}`;
  const current = data.authorizationPolicies.find((one) => one.metadata.namespace === namespace && one.metadata.name === policyName);
  if (current !== undefined)
    return { title, draft: { objects: [asObject(addRule(asPolicy(current), ruleForCaller(own)))], bases: [current] } };
  const isFirst =
    action === 'ALLOW' && data.calls.filter((one) => one.to === call.to).every((one) => one.operations.every((op) => op.object === ''));
  // The first ALLOW policy refuses all whom it does not name: those who call now are named with it.
  const calling = isFirst
    ? data.calls.filter((one) => one.to === call.to && (one.rps ?? 0) > 0).flatMap((one) => principal(one.from) ?? [])
    : [];
  return {
    title,
    ...(isFirst ? { hint: firstHint } : {}),
    draft: {
      objects: [
        {
          apiVersion: 'security.istio.io/v1',
          kind: 'AuthorizationPolicy',
          metadata: { name: policyName, namespace },
          spec: {
            selector: { matchLabels: service.selector },
            action,
            rules: [...new Set([...calling, own])].toSorted().map((one) => ruleForCaller(one)),
          },
        },
      ],
      bases: [],
    },
  };
}

/** Who may call what: a table of verdicts, and below it the rules they come from. */
export function CallsTab({ data }: { data: SecurityResponse }): ReactNode {
  const t = useTranslations('security');
  const common = useTranslations('common');
  const dock = useChangeDock();
  const [shown, setShown] = useState<Shown>();
  const show = (next: Shown | undefined): void => {
    dock.close();
    setShown(next);
  };
  const propose = (proposal: Proposal | undefined): void => {
    if (proposal === undefined) return;
    setShown(undefined);
    dock.propose(proposal);
  };
  const calls = new Map(data.calls.map((call) => [`${call.from} ${call.to}`, call]));
  const current = shown && 'call' in shown ? (calls.get(`${shown.call.from} ${shown.call.to}`) ?? shown.call) : undefined;
  const policyOf = (object: string): AnyObject | undefined =>
    data.authorizationPolicies.find((one) => `AuthorizationPolicy ${one.metadata.namespace}/${one.metadata.name}` === object);
  return (
    <div className="flex min-h-0 flex-1">
      <div className="min-w-0 flex-1 overflow-auto bg-panel">
        {data.calls.length === 0 ? (
          <EmptyState title={t('noCalls')} />
        ) : (
          <Matrix data={data} calls={calls} selected={current} onPick={(call) => show({ call })} />
        )}
        <RuleTable data={data} onPick={(policy) => show({ policy })} />
      </div>
      {dock.panel}
      {current && (
        <Inspector
          label={t('title')}
          closeLabel={common('close')}
          title={`${current.from} → ${current.to}`}
          onClose={() => show(undefined)}
        >
          <CallPanel
            call={current}
            hasIdentity={data.callers.some((one) => `${one.namespace}/${one.name}` === current.from && one.hasProxy)}
            onAllow={() =>
              propose(
                proposeRule(
                  data,
                  current,
                  'ALLOW',
                  t('allowTitle', { from: current.from, to: current.to }),
                  t('allowHintFirst', { to: current.to }),
                ),
              )
            }
            onDeny={() => propose(proposeRule(data, current, 'DENY', t('denyTitle', { from: current.from, to: current.to }), ''))}
            onPolicy={(object) => {
              const policy = policyOf(object);
              if (policy !== undefined) show({ policy });
            }}
          />
        </Inspector>
      )}
      {shown && 'policy' in shown && (
        <Inspector
          label={t('policy')}
          closeLabel={common('close')}
          title={t('editPolicy', { name: `${shown.policy.metadata.namespace}/${shown.policy.metadata.name}` })}
          onClose={() => show(undefined)}
        >
          <PolicyEditor
            key={`${shown.policy.metadata.name} ${shown.policy.metadata.resourceVersion}`}
            policy={shown.policy}
            onDone={() => show(undefined)}
          />
        </Inspector>
      )}
    </div>
  );
}

function Matrix({
  data,
  calls,
  selected,
  onPick,
}: {
  data: SecurityResponse;
  calls: ReadonlyMap<string, PermittedCall>;
  selected: PermittedCall | undefined;
  onPick: (call: PermittedCall) => void;
}): ReactNode {
  const t = useTranslations('security');
  const oneSpace = new Set(data.services.map((one) => one.namespace)).size === 1;
  return (
    <section className="border-b border-line">
      <p className="px-5 pt-3 pb-2 text-sm text-muted">{t('legend')}</p>
      <div className="overflow-x-auto px-5 pb-4" tabIndex={0} role="region" aria-label={t('matrix')}>
        <table className="border-separate border-spacing-0 text-sm" aria-label={t('matrix')}>
          <thead>
            <tr>
              <th scope="col" className="sticky left-0 z-10 border-b border-line bg-panel pr-4 text-left text-xs text-muted">
                {t('caller')}
              </th>
              {data.services.map((one) => (
                <th
                  key={`${one.namespace}/${one.name}`}
                  scope="col"
                  title={`${one.namespace}/${one.name}`}
                  className="h-9 max-w-28 min-w-20 truncate border-b border-line px-2 text-center text-xs text-muted"
                >
                  {oneSpace ? one.name : `${one.namespace}/${one.name}`}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {data.callers.map((caller) => {
              const from = `${caller.namespace}/${caller.name}`;
              return (
                <tr key={from}>
                  <th
                    scope="row"
                    className="sticky left-0 z-10 h-8 border-b border-line bg-panel pr-4 text-left font-normal whitespace-nowrap"
                  >
                    {caller.name} <span className="text-xs text-faint">{caller.namespace}</span>
                  </th>
                  {data.services.map((service) => {
                    const call = calls.get(`${from} ${service.namespace}/${service.name}`);
                    if (call === undefined)
                      return (
                        <td key={service.name} className="border-b border-line text-center text-faint">
                          –
                        </td>
                      );
                    const name = t('cell', { from, to: call.to, verdict: t(`verdict.${call.verdict}`) });
                    return (
                      <td key={`${service.namespace}/${service.name}`} className="border-b border-line p-0.5 text-center">
                        <button
                          type="button"
                          aria-label={name}
                          title={name}
                          aria-pressed={selected === call}
                          onClick={() => onPick(call)}
                          className="inline-flex h-7 w-full items-center justify-center gap-1.5 rounded-sm px-2 whitespace-nowrap hover:bg-hover aria-pressed:bg-accent-soft"
                        >
                          <HealthMark health={marks[call.verdict]} size={11} />
                          {call.rps !== null && call.rps > 0 && <span className="num text-xs text-muted">{formatRate(call.rps)}</span>}
                        </button>
                      </td>
                    );
                  })}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {data.leftOut > 0 && <p className="px-5 pb-3 text-sm text-degraded-text">{t('leftOut', { count: String(data.leftOut) })}</p>}
    </section>
  );
}

/** Every rule of every policy as a row: action, whom it protects, who, what, when. */
function RuleTable({ data, onPick }: { data: SecurityResponse; onPick: (policy: AnyObject) => void }): ReactNode {
  const t = useTranslations('security');
  const rows = data.authorizationPolicies.flatMap((object) => {
    const policy = asPolicy(object);
    const target = targetWords(object, data.rootNamespace, (namespace) => t('allOf', { namespace }), t('wholeMesh'));
    const name = `${object.metadata.namespace}/${object.metadata.name}`;
    const base = {
      object,
      name,
      target,
      action: policy.spec?.action ?? 'ALLOW',
      dryRun: object.metadata.annotations?.['istio.io/dry-run'] === 'true',
    };
    const rules = policy.spec?.rules ?? [];
    if (rules.length === 0) return [{ ...base, key: name, who: t('nobody'), what: '–', when: '–' }];
    return rules.map((rule, index) => ({ ...base, key: `${name} ${index}`, ...ruleWords(rule, (key) => t(key)) }));
  });
  const tones = { ALLOW: 'text-healthy-text', DENY: 'text-failing-text', AUDIT: 'text-muted', CUSTOM: 'text-degraded-text' } as const;
  return (
    <section>
      <h2 className="px-5 pt-3 pb-1 text-base">{t('rules')}</h2>
      {rows.length === 0 ? (
        <p className="px-5 pb-4 text-sm text-muted">{t('noRules')}</p>
      ) : (
        <table className="w-full table-fixed border-separate border-spacing-0 text-sm" aria-label={t('rules')}>
          <thead>
            <tr className="text-left text-xs text-muted">
              {(['action', 'appliesTo', 'who', 'what', 'when', 'policy'] as const).map((id) => (
                <th
                  key={id}
                  scope="col"
                  style={{ width: id === 'action' ? '7rem' : undefined }}
                  className="h-8 border-b border-line px-3 first:pl-5"
                >
                  {t(id)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.key} className="align-top hover:bg-hover">
                <td className={`border-b border-line px-3 py-1.5 pl-5 font-[550] ${tones[row.action]}`}>
                  {row.action}
                  {row.dryRun && <span className="block text-xs font-normal text-muted">{t('dryRun')}</span>}
                </td>
                <td className="border-b border-line px-3 py-1.5 break-words">{row.target}</td>
                <td className="border-b border-line px-3 py-1.5 break-words">{row.who}</td>
                <td className="border-b border-line px-3 py-1.5 break-words">{row.what}</td>
                <td className="border-b border-line px-3 py-1.5 break-words text-muted">{row.when}</td>
                <td className="border-b border-line px-3 py-1.5">
                  <button type="button" className="text-left break-all text-accent-text hover:underline" onClick={() => onPick(row.object)}>
                    {row.name}
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
