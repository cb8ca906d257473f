'use client';

import { Plus, X } from 'lucide-react';
import Link from 'next/link';
import { type ReactNode, useMemo, useState } from 'react';
import { useTranslations } from 'use-intl';
import { AppliedPanel } from '@/components/change/applied-panel';
import { ChangeFlow } from '@/components/change/change-flow';
import { objectPath } from '@/components/shell/object-path';
import { useScope } from '@/components/shell/scope';
import { Button } from '@/components/ui/button';
import type { AnyObject, Change } from '@/lib/contract';
import type { AuthorizationPolicy } from '@/lib/kinds';
import { type PolicyAction, type PolicyRule, operationFields, setList, sourceFields } from '@/lib/kinds/authorization-policy/edit-rules';
import { ListField } from './list-field';
import { asObject, asPolicy } from './policy-words';

const actions: readonly PolicyAction[] = ['ALLOW', 'DENY', 'AUDIT', 'CUSTOM'];

/** One source or operation: its fields with their lists; a field more is added by choosing its name. */
function PartEditor<Part extends object>({
  label,
  part,
  fields,
  onChange,
  onRemove,
}: {
  label: string;
  part: Part;
  fields: readonly (keyof Part & string)[];
  onChange: (part: Part) => void;
  onRemove: () => void;
}): ReactNode {
  const t = useTranslations('security');
  const [added, setAdded] = useState<string[]>([]);
  const present = fields.filter((field) => Array.isArray(part[field]) || added.includes(field));
  return (
    <div role="group" aria-label={label} className="flex flex-col gap-1 rounded-sm border border-line bg-inset p-2">
      {present.map((field) => (
        <div key={field} className="flex flex-col gap-0.5">
          <span className="font-mono text-xs text-muted">{field}</span>
          <span className="flex">
            <ListField
              label={`${label} ${field}`}
              values={(part[field] as string[] | undefined) ?? []}
              onChange={(values) => {
                if (!added.includes(field)) setAdded([...added, field]);
                onChange(setList(part, field, values));
              }}
            />
          </span>
        </div>
      ))}
      <div className="flex items-center gap-2">
        <select
          aria-label={`${label} ${t('field')}`}
          value=""
          onChange={(event) => setAdded([...added, event.target.value])}
          className="h-6 rounded-sm border border-line-strong bg-panel px-1 text-xs"
        >
          <option value="">{t('addField')}</option>
          {fields
            .filter((field) => !present.includes(field))
            .map((field) => (
              <option key={field} value={field}>
                {field}
              </option>
            ))}
        </select>
        <Button
          size="sm"
          variant="ghost"
          aria-label={`${label}: ${t('remove')}`}
          className="ml-auto"
          icon={<X size={13} aria-hidden="true" />}
          onClick={onRemove}
        />
      </div>
    </div>
  );
}

type PolicyCondition = NonNullable<PolicyRule['when']>[number];

/** What an attribute of the request must be, or must not be. */
function ConditionEditor({
  label,
  condition,
  onChange,
}: {
  label: string;
  condition: PolicyCondition;
  /** `undefined`: without it. */
  onChange: (condition: PolicyCondition | undefined) => void;
}): ReactNode {
  const t = useTranslations('security');
  const isNot = condition.values === undefined && condition.notValues !== undefined;
  const { values: _values, notValues: _notValues, ...rest } = condition;
  const put = (not: boolean, list: string[]): void => onChange({ ...rest, [not ? 'notValues' : 'values']: list });
  const list = condition.values ?? condition.notValues ?? [];
  return (
    <div role="group" aria-label={label} className="flex flex-col gap-1 rounded-sm border border-line bg-inset p-2">
      <span className="flex items-center gap-1.5">
        <input
          aria-label={`${label}: ${t('conditionKey')}`}
          value={condition.key}
          placeholder="request.headers[x-team]"
          onChange={(event) => onChange({ ...condition, key: event.target.value })}
          className="h-7 min-w-0 flex-1 rounded-sm border border-line-strong bg-panel px-2 font-mono text-xs placeholder:text-faint"
        />
        <Button
          size="sm"
          variant="ghost"
          aria-label={`${label}: ${t('remove')}`}
          icon={<X size={13} aria-hidden="true" />}
          onClick={() => onChange(undefined)}
        />
      </span>
      <span className="flex items-center gap-1.5">
        <select
          aria-label={`${label}: ${t('comparison')}`}
          value={isNot ? 'not' : 'is'}
          onChange={(event) => put(event.target.value === 'not', list)}
          className="h-7 shrink-0 rounded-sm border border-line-strong bg-panel px-1 text-xs"
        >
          <option value="is">{t('isOneOf')}</option>
          <option value="not">{t('isNoneOf')}</option>
        </select>
        <ListField label={`${label}: ${t('values')}`} values={list} onChange={(next) => put(isNot, next)} />
      </span>
    </div>
  );
}

function replaceAt<T>(list: readonly T[], index: number, value: T | undefined): T[] {
  return list.flatMap((one, at) => (at === index ? (value === undefined ? [] : [value]) : [one]));
}

/** A rule without the lists that are empty: `from: []` is refused. */
function tidyRule(rule: PolicyRule): PolicyRule {
  const next = { ...rule };
  if (next.from?.length === 0) delete next.from;
  if (next.to?.length === 0) delete next.to;
  if (next.when?.length === 0) delete next.when;
  return next;
}

function RuleEditor({
  number,
  rule,
  onChange,
  onRemove,
}: {
  number: number;
  rule: PolicyRule;
  onChange: (rule: PolicyRule) => void;
  onRemove: () => void;
}): ReactNode {
  const t = useTranslations('security');
  const name = t('ruleNumber', { number: String(number) });
  const change = (patch: Partial<PolicyRule>): void => onChange(tidyRule({ ...rule, ...patch }));
  const sources = rule.from ?? [];
  const operations = rule.to ?? [];
  const conditions = rule.when ?? [];
  return (
    <fieldset className="flex min-w-0 flex-col gap-2 border-t border-line pt-2">
      <legend className="sr-only">{name}</legend>
      <div className="flex items-center">
        <h4 className="text-sm">{name}</h4>
        <Button
          size="sm"
          variant="ghost"
          className="ml-auto"
          aria-label={t('removeRule', { number: String(number) })}
          icon={<X size={13} aria-hidden="true" />}
          onClick={onRemove}
        />
      </div>
      {sources.map((one, index) => (
        <PartEditor
          key={index}
          label={`${name} ${t('from')} ${index + 1}`}
          part={one.source ?? {}}
          fields={sourceFields}
          onChange={(source) => change({ from: replaceAt(sources, index, { ...one, source }) })}
          onRemove={() => change({ from: replaceAt(sources, index, undefined) })}
        />
      ))}
      <Button
        size="sm"
        variant="ghost"
        className="self-start"
        icon={<Plus size={12} aria-hidden="true" />}
        onClick={() => change({ from: [...sources, { source: {} }] })}
      >
        {t('addSource')}
      </Button>
      {operations.map((one, index) => (
        <PartEditor
          key={index}
          label={`${name} ${t('to')} ${index + 1}`}
          part={one.operation ?? {}}
          fields={operationFields}
          onChange={(operation) => change({ to: replaceAt(operations, index, { ...one, operation }) })}
          onRemove={() => change({ to: replaceAt(operations, index, undefined) })}
        />
      ))}
      <Button
        size="sm"
        variant="ghost"
        className="self-start"
        icon={<Plus size={12} aria-hidden="true" />}
        onClick={() => change({ to: [...operations, { operation: {} }] })}
      >
        {t('addOperation')}
      </Button>
      {conditions.map((one, index) => (
        <ConditionEditor
          key={index}
          label={`${name} ${t('when')} ${index + 1}`}
          condition={one}
          onChange={(next) => change({ when: replaceAt(conditions, index, next) })}
        />
      ))}
      <Button
        size="sm"
        variant="ghost"
        className="self-start"
        icon={<Plus size={12} aria-hidden="true" />}
        onClick={() => change({ when: [...conditions, { key: '', values: [] }] })}
      >
        {t('addCondition')}
      </Button>
    </fieldset>
  );
}

/** An AuthorizationPolicy as its rules: action, who, what, when. What it says beyond that stays as it is. */
export function PolicyEditor({ policy: object, onDone }: { policy: AnyObject; onDone: () => void }): ReactNode {
  const t = useTranslations('security');
  const scope = useScope();
  const base = asPolicy(object);
  const [policy, setPolicy] = useState<AuthorizationPolicy>(base);
  const [applied, setApplied] = useState<Change>();
  const rules = policy.spec?.rules ?? [];
  const setSpec = (patch: Partial<AuthorizationPolicy['spec']>): void => setPolicy({ ...policy, spec: { ...policy.spec, ...patch } });
  const draft = useMemo(() => (policy === base ? undefined : { objects: [asObject(policy)], bases: [object] }), [policy, base, object]);
  return (
    <>
      {applied && <AppliedPanel change={applied} onDone={onDone} />}
      <div className="flex flex-col gap-3 px-4 py-3 text-sm" data-testid="policy-editor">
        <Link
          href={scope.href(
            objectPath({
              group: 'security.istio.io',
              version: 'v1',
              kind: 'AuthorizationPolicy',
              namespace: object.metadata.namespace ?? '',
              name: object.metadata.name,
            }),
          )}
          className="text-accent-text hover:underline"
        >
          {t('openObject')}
        </Link>
        <label className="flex items-center justify-between gap-3">
          <span className="text-muted">{t('action')}</span>
          <select
            value={policy.spec?.action ?? 'ALLOW'}
            onChange={(event) => setSpec({ action: actions.find((one) => one === event.target.value) ?? 'ALLOW' })}
            className="h-7 rounded-sm border border-line-strong bg-panel px-1.5"
          >
            {actions.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
        {policy.spec?.action === 'CUSTOM' && (
          <label className="flex items-center justify-between gap-3">
            <span className="text-muted">{t('provider')}</span>
            <input
              value={policy.spec.provider?.name ?? ''}
              onChange={(event) => setSpec({ provider: { name: event.target.value } })}
              className="h-7 rounded-sm border border-line-strong bg-panel px-2 font-mono text-xs"
            />
          </label>
        )}
        {rules.map((rule, index) => (
          <RuleEditor
            key={index}
            number={index + 1}
            rule={rule}
            onChange={(next) => setSpec({ rules: replaceAt(rules, index, next) })}
            onRemove={() => setSpec({ rules: replaceAt(rules, index, undefined) })}
          />
        ))}
        <Button
          size="sm"
          className="self-start"
          icon={<Plus size={12} aria-hidden="true" />}
          onClick={() => setSpec({ rules: [...rules, { from: [{ source: {} }] }] })}
        >
          {t('addRule')}
        </Button>
      </div>
      <ChangeFlow
        draft={draft}
        onApplied={setApplied}
        onDiscard={({ reload }) => {
          if (reload) onDone();
          else setPolicy(base);
        }}
      />
    </>
  );
}
