'use client';

import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { Fold } from '@/components/ui/fold';
import { sameJson } from '@/lib/kinds/shared/json';
import type { FacetName, RuleFacets } from '@/lib/kinds/shared/rule-editor';
import { editFault, editRule, faultOf, openRoute, readSplit, ruleEditorOf, writeSplit } from '@/lib/traffic';
import type { RuleCardProps } from './rule-card';
import { CorsPart, HeadersPart, MirrorPart, RedirectPart, RewritePart } from './rule-parts';
import { FaultPanel, LimitsPanel } from './rule-panels';
import { SplitEditor } from './split-editor';

/** Everything of a rule but its conditions. */
export function RuleBody({ draft, rule, isMain, faultFor, onFaultFor, onEdit }: RuleCardProps): ReactNode {
  const t = useTranslations('traffic');
  const { route, base, context } = draft;
  const editor = ruleEditorOf(route.object);
  const action = editor.action(rule.rule);
  const original = openRoute(route.object).rules.find((one) => one.from !== null && one.from === rule.from);
  const has = (name: FacetName): boolean => editor.facets.includes(name);
  const read = <Name extends FacetName>(name: Name): RuleFacets[Name] => editor.read(rule.rule, name);
  const changed = (...names: FacetName[]): boolean =>
    original === undefined
      ? rule.from === null && names.some((name) => !sameJson(read(name), editor.read({}, name)))
      : names.some((name) => !sameJson(read(name), editor.read(original.rule, name)));
  const set = <Name extends FacetName>(name: Name, value: RuleFacets[Name]): void =>
    onEdit((before) => editRule(before, rule.key, name, value));

  const split = readSplit(route.object, rule.rule, context);
  const before = original === undefined ? undefined : readSplit(route.object, original.rule, context);
  const fault = faultOf(route, rule);
  const faultBefore = original === undefined ? null : faultOf(draft.inForce.route, original);
  const targets = split.rows;
  const onlyMain = route.rules.length === 1;

  return (
    <div className="flex flex-col">
      {action === 'route' && (
        <section className="border-t border-line px-4 py-3" aria-label={t('split')}>
          <div className="mb-2 flex items-baseline justify-between gap-3">
            <h4 className="text-sm font-[550]">{t('split')}</h4>
            {targets.length > 1 && <span className="text-xs text-faint">{t('splitHint')}</span>}
          </div>
          {targets.length < 2 ? (
            <p className="text-sm text-muted">
              {t('nothingToSplit')}
              {editor.kind !== 'VirtualService' &&
                base.versions.length > 1 &&
                base.backends.length < 2 &&
                ` ${t('noBackends', { name: base.name })}`}
            </p>
          ) : (
            <SplitEditor
              rows={targets.map((row) => ({
                key: row.key,
                name: row.label,
                weight: row.destination.weight,
                version: base.versions.find((one) => one.version === row.version),
              }))}
              before={new Map((before?.rows ?? []).map((row) => [row.key, row.destination.weight]))}
              palette={base.versions.map((one) => one.version)}
              observed={onlyMain || isMain}
              disabled={false}
              onChange={(weights) => set('destinations', writeSplit(targets, weights))}
            />
          )}
          {split.undivided && <p className="mt-1 text-xs text-muted">{t('notConfigured')}</p>}
        </section>
      )}
      {has('fault') ? (
        <FaultPanel
          fault={fault}
          onChange={(next) => onEdit((one) => editFault(one, rule.key, next))}
          changed={!sameJson(fault, faultBefore)}
          seconds={faultFor}
          onSeconds={onFaultFor}
        />
      ) : (
        <p className="border-t border-line px-4 py-2 text-xs text-faint">{t('noFaults', { kind: editor.kind })}</p>
      )}
      {action === 'route' && has('timeoutMs') && (
        <LimitsPanel
          timeoutMs={read('timeoutMs')}
          retries={read('retries')}
          byCode={editor.kind === 'HTTPRoute'}
          onTimeout={(ms) => set('timeoutMs', ms)}
          onRetries={(retries) => set('retries', retries)}
          changed={changed('timeoutMs', 'retries')}
        />
      )}
      <div className="flex flex-col border-t border-line px-2 py-1.5">
        {action === 'route' && has('mirrors') && (
          <Fold
            title={t('mirror')}
            changed={changed('mirrors')}
            summary={
              read('mirrors')
                .map((one) => `${one.host} ${one.subset ?? ''} ${one.percent} %`)
                .join(', ') || t('none')
            }
          >
            <MirrorPart mirrors={read('mirrors')} targets={targets} onChange={(value) => set('mirrors', value)} />
          </Fold>
        )}
        {has('requestHeaders') && (
          <Fold
            title={t('headers')}
            changed={changed('requestHeaders', 'responseHeaders')}
            summary={headersSummary(read('requestHeaders'), read('responseHeaders'), t)}
          >
            <HeadersPart
              request={read('requestHeaders')}
              response={read('responseHeaders')}
              onRequest={(value) => set('requestHeaders', value)}
              onResponse={(value) => set('responseHeaders', value)}
            />
          </Fold>
        )}
        {action === 'route' && has('rewrite') && (
          <Fold title={t('rewrite')} changed={changed('rewrite')} summary={rewriteSummary(read('rewrite')) || t('none')}>
            <RewritePart rewrite={read('rewrite')} modes={editor.rewriteModes} onChange={(value) => set('rewrite', value)} />
          </Fold>
        )}
        {has('redirect') && (action === 'redirect' || action === 'route') && (
          <Fold title={t('redirect')} changed={changed('redirect')} openAtFirst={action === 'redirect'} summary={t('none')}>
            <RedirectPart
              redirect={read('redirect')}
              modes={editor.redirectModes}
              onChange={(value) => set('redirect', value)}
              onBack={() => {
                const [target] = targets;
                onEdit((one) => {
                  const without = editRule(one, rule.key, 'redirect', null);
                  const destination = target?.destination ?? {
                    host: base.name,
                    namespace: null,
                    subset: null,
                    port: null,
                    weight: 100,
                    from: null,
                  };
                  return editRule(without, rule.key, 'destinations', [{ ...destination, weight: 100, from: null }]);
                });
              }}
            />
          </Fold>
        )}
        {has('cors') && (
          <Fold
            title={t('cors')}
            changed={changed('cors')}
            summary={
              read('cors')
                ?.origins.map((one) => one.value)
                .join(', ') || t('none')
            }
          >
            <CorsPart cors={read('cors')} patterns={editor.kind === 'VirtualService'} onChange={(value) => set('cors', value)} />
          </Fold>
        )}
      </div>
    </div>
  );
}

function rewriteSummary(rewrite: RuleFacets['rewrite']): string {
  const path = rewrite?.path ?? null;
  const changed = path === null ? '' : path.mode === 'regex' ? `${path.match} → ${path.value}` : path.value;
  return [rewrite?.host, changed].filter(Boolean).join(' ');
}

function headersSummary(
  request: RuleFacets['requestHeaders'],
  response: RuleFacets['responseHeaders'],
  t: ReturnType<typeof useTranslations<'traffic'>>,
): string {
  const count = [request, response].reduce((sum, one) => sum + (one === null ? 0 : one.set.length + one.add.length + one.remove.length), 0);
  return count === 0 ? t('none') : t('headersSummary', { count });
}
