'use client';

import { Plus } from 'lucide-react';
import { type ReactNode, useMemo, useState } from 'react';
import { useTranslations } from 'use-intl';
import { AppliedPanel } from '@/components/change/applied-panel';
import { ChangeFlow } from '@/components/change/change-flow';
import { Button } from '@/components/ui/button';
import { Toggle } from '@/components/ui/field';
import { HealthMark } from '@/components/ui/health-mark';
import { Inspector } from '@/components/ui/inspector';
import { EmptyState } from '@/components/ui/states';
import type { AnyObject, Change, SecurityResponse } from '@/lib/contract';
import type { RequestAuthentication } from '@/lib/kinds';
import { type TokenRule, readHeaders, requireToken, tokenPlaces } from '@/lib/kinds/request-authentication/edit-tokens';
import { useChangeDock } from './change-dock';
import { ListField } from './list-field';
import { asObject, targetWords } from './policy-words';

const asAuthentication = (object: AnyObject): RequestAuthentication => object as unknown as RequestAuthentication;

/** Whether requests without a token pass at the workloads an object applies to. */
function tokenFact(data: SecurityResponse, object: AnyObject): { required: boolean; object: string } | null {
  const selector = Object.entries(asAuthentication(object).spec?.selector?.matchLabels ?? {});
  const facts = data.workloads
    .filter((one) => object.metadata.namespace === data.rootNamespace || one.namespace === object.metadata.namespace)
    .filter((one) => selector.every(([key, value]) => one.labels[key] === undefined || one.labels[key] === value))
    .flatMap((one) => one.token ?? []);
  return facts.find((one) => !one.required) ?? facts[0] ?? null;
}

/** The rest shares what is left. */
const widths: Readonly<Record<string, string>> = { issuer: '24%', audiences: '26%', required: '9.5rem' };

/** Which tokens are taken where, and whether requests without one pass. */
export function TokensTab({ data }: { data: SecurityResponse }): ReactNode {
  const t = useTranslations('security');
  const common = useTranslations('common');
  const dock = useChangeDock();
  const [edited, setEdited] = useState<AnyObject>();
  if (data.requestAuthentications.length === 0) return <EmptyState title={t('noJwt')} />;
  const rows = data.requestAuthentications.flatMap((object) => {
    const rules = asAuthentication(object).spec?.jwtRules ?? [];
    return (rules.length === 0 ? [{}] : rules).map((rule: TokenRule, index) => ({ object, rule, index }));
  });
  return (
    <div className="flex min-h-0 flex-1">
      <div className="min-w-0 flex-1 overflow-auto bg-panel">
        <table className="w-full table-fixed border-separate border-spacing-0 text-sm" aria-label={t('tabs.jwt')}>
          <thead>
            <tr className="text-left text-xs text-muted">
              {(['issuer', 'audiences', 'appliesTo', 'required', 'policy'] as const).map((id) => (
                <th
                  key={id}
                  scope="col"
                  className="h-8 border-b border-line px-3 whitespace-nowrap first:pl-5"
                  style={{ width: widths[id] }}
                >
                  {t(id)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ object, rule, index }) => {
              const fact = tokenFact(data, object);
              const name = `${object.metadata.namespace}/${object.metadata.name}`;
              return (
                <tr key={`${name} ${index}`} className="align-top hover:bg-hover">
                  <td className="border-b border-line px-3 py-1.5 pl-5 break-words">
                    {rule.issuer ?? '–'}
                    <span className="block text-xs text-muted">
                      {t('keys')}: {rule.jwksUri ?? rule.jwks_uri ?? (rule.jwks === undefined ? t('discovered') : t('inline'))}
                    </span>
                  </td>
                  <td className="border-b border-line px-3 py-1.5 break-words">
                    {rule.audiences?.join(', ') ?? t('anyAudience')}
                    <span className="block text-xs text-muted">
                      {t('tokenFrom')}: {tokenPlaces(rule).join(', ')}
                    </span>
                  </td>
                  <td className="border-b border-line px-3 py-1.5 break-words">
                    {targetWords(object, data.rootNamespace, (namespace) => t('allOf', { namespace }), t('wholeMesh'))}
                  </td>
                  <td className="border-b border-line px-3 py-1.5">
                    {fact === null ? (
                      '–'
                    ) : fact.required ? (
                      <span className="flex gap-1.5">
                        <span className="pt-0.5">
                          <HealthMark health="healthy" size={11} />
                        </span>
                        {t('refused', { object: fact.object.replace('AuthorizationPolicy ', '') })}
                      </span>
                    ) : (
                      <span className="flex flex-wrap items-center gap-1.5">
                        <HealthMark health="degraded" size={11} />
                        {t('passes')}
                        {index === 0 && (
                          <Button
                            size="sm"
                            onClick={() => {
                              setEdited(undefined);
                              dock.propose({
                                title: t('requireTitle', { name }),
                                hint: t('requireHint'),
                                draft: { objects: [asObject(requireToken(asAuthentication(object)))], bases: [] },
                              });
                            }}
                          >
                            {t('requireToken')}
                          </Button>
                        )}
                      </span>
                    )}
                  </td>
                  <td className="border-b border-line px-3 py-1.5">
                    <button
                      type="button"
                      className="text-left break-all text-accent-text hover:underline"
                      onClick={() => {
                        dock.close();
                        setEdited(object);
                      }}
                    >
                      {name}
                    </button>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {dock.panel}
      {edited && (
        <Inspector
          label={t('tabs.jwt')}
          closeLabel={common('close')}
          title={t('editAuthentication', { name: `${edited.metadata.namespace}/${edited.metadata.name}` })}
          onClose={() => setEdited(undefined)}
        >
          <TokenEditor
            key={`${edited.metadata.name} ${edited.metadata.resourceVersion}`}
            object={edited}
            onDone={() => setEdited(undefined)}
          />
        </Inspector>
      )}
    </div>
  );
}

function Text({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }): ReactNode {
  return (
    <label className="flex flex-col gap-0.5 text-xs text-muted">
      {label}
      <input
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="h-7 rounded-sm border border-line-strong bg-panel px-2 font-mono text-xs text-text"
      />
    </label>
  );
}

function List({ label, values, onChange }: { label: string; values: readonly string[]; onChange: (values: string[]) => void }): ReactNode {
  return (
    <div className="flex flex-col gap-0.5 text-xs text-muted">
      <span aria-hidden="true">{label}</span>
      <ListField label={label} values={values} onChange={onChange} />
    </div>
  );
}

/** The token rules of a RequestAuthentication; what else it says stays as it is. */
function TokenEditor({ object, onDone }: { object: AnyObject; onDone: () => void }): ReactNode {
  const t = useTranslations('security');
  const base = asAuthentication(object);
  const [rules, setRules] = useState<readonly TokenRule[]>(base.spec?.jwtRules ?? []);
  const [applied, setApplied] = useState<Change>();
  const isChanged = rules !== base.spec?.jwtRules && !(rules.length === 0 && base.spec?.jwtRules === undefined);
  const draft = useMemo(
    () => (isChanged ? { objects: [asObject({ ...base, spec: { ...base.spec, jwtRules: rules } })], bases: [object] } : undefined),
    [isChanged, base, rules, object],
  );
  const change = (index: number, patch: Partial<TokenRule>): void =>
    setRules(
      rules.map((rule, at) => {
        if (at !== index) return rule;
        const next: Record<string, unknown> = { ...rule, ...patch };
        for (const [key, value] of Object.entries(next))
          if (value === '' || value === undefined || (Array.isArray(value) && value.length === 0)) delete next[key];
        return next;
      }),
    );
  return (
    <>
      {applied && <AppliedPanel change={applied} onDone={onDone} />}
      <div className="flex flex-col gap-3 px-4 py-3 text-sm">
        {rules.map((rule, index) => (
          <fieldset key={index} className="flex flex-col gap-2 border-b border-line pb-3">
            <legend className="mb-1 font-[550]">{t('ruleNumber', { number: String(index + 1) })}</legend>
            <Text label={t('issuer')} value={rule.issuer ?? ''} onChange={(issuer) => change(index, { issuer })} />
            <Text label={t('jwksUri')} value={rule.jwksUri ?? ''} onChange={(jwksUri) => change(index, { jwksUri })} />
            <Text label={t('jwks')} value={rule.jwks ?? ''} onChange={(jwks) => change(index, { jwks })} />
            <List label={t('audiences')} values={rule.audiences ?? []} onChange={(audiences) => change(index, { audiences })} />
            <List
              label={t('headers')}
              values={(rule.fromHeaders ?? []).map(({ name, prefix }) => (prefix === undefined ? name : `${name}:${prefix.trim()}`))}
              onChange={(texts) => change(index, { fromHeaders: readHeaders(texts) })}
            />
            <List label={t('params')} values={rule.fromParams ?? []} onChange={(fromParams) => change(index, { fromParams })} />
            <List label={t('cookies')} values={rule.fromCookies ?? []} onChange={(fromCookies) => change(index, { fromCookies })} />
            <Toggle
              label={t('forward')}
              checked={rule.forwardOriginalToken ?? false}
              onChange={(checked) => change(index, { forwardOriginalToken: checked ? true : undefined })}
            />
            <Button size="sm" variant="ghost" className="self-start" onClick={() => setRules(rules.filter((_, at) => at !== index))}>
              {t('removeRule', { number: String(index + 1) })}
            </Button>
          </fieldset>
        ))}
        <Button
          size="sm"
          className="self-start"
          icon={<Plus size={12} aria-hidden="true" />}
          onClick={() => setRules([...rules, { issuer: '' }])}
        >
          {t('addToken')}
        </Button>
      </div>
      <ChangeFlow
        draft={draft}
        onApplied={setApplied}
        onDiscard={({ reload }) => {
          if (reload) onDone();
          else setRules(base.spec?.jwtRules ?? []);
        }}
      />
    </>
  );
}
