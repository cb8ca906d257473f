import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { HealthMark } from '@/components/ui/health-mark';
import type { BehaviourChange, DestinationShare, PreviewResponse } from '@/lib/contract';
import { explainPath } from './explain-path';
import { type KeptDraft, keepDraft } from './keep-draft';
import { formatPercent, formatRate } from '@/lib/format';

const mostShown = 20;

function Shares({ list, old }: { list: DestinationShare[]; old: boolean }): ReactNode {
  return (
    <span className={old ? 'text-muted line-through' : undefined}>
      {list.map((one, at) => (
        <span key={one.destination} className={one.failed === undefined || old ? undefined : 'font-[550] text-failing-text'}>
          {at > 0 && ', '}
          {one.destination} <span className="whitespace-nowrap">{formatPercent(one.share)}</span>
        </span>
      ))}
    </span>
  );
}

function Row({ change, draft }: { change: BehaviourChange; draft: KeptDraft | undefined }): ReactNode {
  const t = useTranslations('change');
  const explain = (): void => {
    const kept = draft && { draft: keepDraft(draft) };
    const { from, method, example, headers: carried } = change;
    window.open(explainPath({ from, method: method ?? 'GET', url: example, headers: carried, ...kept }), '_blank');
  };
  const headers = Object.entries(change.headers).map(([name, value]) => `${name}: ${value}`);
  const reasons = change.after.flatMap((one) =>
    one.reason === undefined || one.reason === 'fault' ? [] : [`${one.destination}: ${one.reason}`],
  );
  return (
    <li className="flex gap-2">
      <span className="pt-1">
        {change.breaks ? <HealthMark health="failing" size={11} label={t('breaksOne')} /> : <HealthMark health="idle" size={11} />}
      </span>
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-baseline gap-x-2">
          <span className="font-mono text-xs break-all">
            {change.method === null ? t('anyRequest') : `${change.method} ${change.path ?? ''}`}
          </span>
          {headers.length > 0 && <span className="font-mono text-xs text-accent-text">{headers.join(', ')}</span>}
          <span className="num ml-auto text-xs text-faint">{change.rps === null ? t('rateUnknown') : formatRate(change.rps)}</span>
        </div>
        <p className="flex gap-2 text-xs text-muted">
          <span className="min-w-0 truncate">
            {change.from} → {change.to}
          </span>
          <button type="button" className="ml-auto shrink-0 text-accent-text hover:underline" onClick={explain}>
            {t('explain')}
          </button>
        </p>
        <p className="num">
          <Shares list={change.before} old /> → <Shares list={change.after} old={false} />
        </p>
        {[...change.effects.map((one) => one.text), ...reasons].map((text) => (
          <p key={text} className="text-xs text-muted">
            {text}
          </p>
        ))}
      </div>
    </li>
  );
}

/** What a draft does to the requests of the last hour, worst first, and how much of the traffic that is known of. */
export function BehaviourList({
  preview,
  draft,
}: {
  preview: Pick<PreviewResponse, 'changes' | 'coverage' | 'breaks'>;
  draft?: KeptDraft;
}): ReactNode {
  const t = useTranslations('change');
  const { changes, coverage, breaks } = preview;
  if (coverage.compared === 0) return null;
  return (
    <section data-testid="behaviour">
      <h3 className="mb-1 text-sm">{t('behaviour')}</h3>
      {changes.length === 0 && <p className="text-sm text-muted">{t('nothingElsewhere', { count: coverage.compared })}</p>}
      {breaks > 0 && <p className="mb-1.5 text-sm text-failing-text">{t('breaks', { count: breaks })}</p>}
      <ul className="flex flex-col gap-2.5 text-sm">
        {changes.slice(0, mostShown).map((change) => (
          <Row key={`${change.from} ${change.sentence.text}`} change={change} draft={draft} />
        ))}
      </ul>
      {changes.length > mostShown && (
        <p className="mt-1 text-sm text-muted">{t('moreChanges', { count: String(changes.length - mostShown) })}</p>
      )}
      <p className="num mt-2 text-xs text-faint">
        {t('coverage', { requests: String(coverage.requests), total: String(coverage.total), share: formatPercent(coverage.share) })}
        {coverage.untracedHeaders.length > 0 && ` ${t('untraced', { names: coverage.untracedHeaders.join(', ') })}`}
      </p>
    </section>
  );
}
