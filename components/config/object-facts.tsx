'use client';

import Link from 'next/link';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { objectPath } from '@/components/shell/object-path';
import { useScope } from '@/components/shell/scope';
import { Button } from '@/components/ui/button';
import { HealthMark } from '@/components/ui/health-mark';
import { RelativeTime } from '@/components/ui/relative-time';
import type { ObjectLink, ObjectResponse, PlacedFinding, RelationsResponse } from '@/lib/contract';
import { severityHealth } from './finding-count';

function Part({ title, children }: { title: string; children: ReactNode }): ReactNode {
  return (
    <section className="border-b border-line px-4 py-3 text-sm last:border-b-0">
      <h2 className="mb-1.5 text-sm">{title}</h2>
      {children}
    </section>
  );
}

/** The findings of an object: sentence, line, page of the code, and a fix where there is one. */
export function FindingList({
  findings,
  onFix,
}: {
  findings: readonly PlacedFinding[];
  onFix?: ((finding: PlacedFinding) => void) | undefined;
}): ReactNode {
  const t = useTranslations('configuration');
  const scope = useScope();
  return (
    <Part title={t('findings')}>
      {findings.length === 0 && <p className="text-muted">{t('noFindings')}</p>}
      <ul className="flex flex-col gap-2.5" data-testid="object-findings">
        {findings.map((finding) => (
          <li key={`${finding.code} ${finding.path} ${finding.message}`} className="flex gap-2">
            <span className="pt-1">
              <HealthMark health={severityHealth[finding.severity]} size={11} label={t(`severities.${finding.severity}`)} />
            </span>
            <div className="min-w-0">
              <p className="break-words">{finding.message}</p>
              <p className="flex flex-wrap items-baseline gap-x-2 text-xs">
                <a href={`#L${finding.line}`} className="num text-accent-text hover:underline">
                  {t('lineOf', { line: String(finding.line) })}
                </a>
                <Link
                  href={scope.href(`/config/findings/${finding.code}`)}
                  title={finding.title}
                  aria-label={t('aboutCode', { code: finding.code })}
                  className="font-mono text-accent-text hover:underline"
                >
                  {finding.code}
                </Link>
                {finding.path !== '' && <span className="font-mono break-all text-faint">{finding.path}</span>}
              </p>
              {finding.related.map((other) => (
                <p key={`${other.kind} ${other.namespace}/${other.name}`} className="text-xs text-muted">
                  {other.kind} {other.namespace}/{other.name}
                </p>
              ))}
            </div>
            {onFix && finding.mended !== null && (
              <Button size="sm" className="ml-auto" onClick={() => onFix(finding)}>
                {t('fix')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Part>
  );
}

function LinkList({ links, empty }: { links: readonly ObjectLink[]; empty: string }): ReactNode {
  const t = useTranslations('configuration');
  const scope = useScope();
  if (links.length === 0) return <p className="text-muted">{empty}</p>;
  return (
    <ul className="flex flex-col gap-1">
      {links.map(({ ref, path, exists }) => {
        const name = ref.namespace === '' ? ref.name : `${ref.namespace}/${ref.name}`;
        return (
          <li key={`${ref.group} ${ref.kind} ${name} ${path}`} className="min-w-0">
            <span className="text-muted">{ref.kind}</span>{' '}
            {exists ? (
              <Link href={scope.href(objectPath(ref))} className="break-words text-accent-text hover:underline">
                {name}
              </Link>
            ) : (
              <span className="break-words">
                {name} <span className="text-degraded-text">{t('missing')}</span>
              </span>
            )}
            <span className="block font-mono text-xs break-all text-faint">{path}</span>
          </li>
        );
      })}
    </ul>
  );
}

const conditionHealth = (status: string, type: string) =>
  status === 'Unknown' ? 'unknown' : (status === 'True') === !/conflict|degraded|failed/i.test(type) ? 'healthy' : 'failing';

/** What the object's status says, and who wrote it. */
export function StatusFacts({ data }: { data: ObjectResponse }): ReactNode {
  const t = useTranslations('configuration');
  return (
    <>
      {data.conditions.length > 0 && (
        <Part title={t('conditions')}>
          <ul className="flex flex-col gap-1.5">
            {data.conditions.map((one) => (
              <li key={`${one.about} ${one.type}`} className="flex gap-2">
                <span className="pt-1">
                  <HealthMark health={conditionHealth(one.status, one.type)} size={11} label={one.status} />
                </span>
                <span className="min-w-0">
                  {one.about !== '' && <span className="text-muted">{one.about}: </span>}
                  {one.type} <span className="text-xs text-faint">{one.reason}</span>
                  {one.message !== '' && <span className="block text-xs break-words text-muted">{one.message}</span>}
                </span>
              </li>
            ))}
          </ul>
        </Part>
      )}
      <Part title={t('managers')}>
        {data.managers.length === 0 && <p className="text-faint">–</p>}
        <ul className="flex flex-col gap-1">
          {data.managers.map((one) => (
            <li key={`${one.manager} ${one.operation} ${one.at}`} className="flex justify-between gap-3">
              <span className="min-w-0 break-words">{t('managerAt', { manager: one.manager, operation: one.operation })}</span>
              <span className="num shrink-0 text-muted">{one.at === null ? '–' : <RelativeTime at={Date.parse(one.at)} />}</span>
            </li>
          ))}
        </ul>
      </Part>
    </>
  );
}

/** References both ways, events, and the object's own history. */
export function RelationFacts({ relations }: { relations: RelationsResponse }): ReactNode {
  const t = useTranslations('configuration');
  const scope = useScope();
  return (
    <>
      <Part title={t('uses')}>
        <LinkList links={relations.uses} empty={t('noUses')} />
      </Part>
      <Part title={t('usedBy')}>
        <LinkList links={relations.usedBy} empty={t('noUsedBy')} />
      </Part>
      <Part title={t('changes')}>
        {relations.changes.length === 0 && <p className="text-muted">{t('noChanges')}</p>}
        <ul className="flex flex-col gap-1.5">
          {relations.changes.map((one) => (
            <li key={one.id}>
              <Link href={scope.href(`/history?sel=${encodeURIComponent(one.id)}`)} className="block hover:underline">
                {one.sentences[0]?.text ?? one.objects[0]?.action}
              </Link>
              <span className="flex justify-between gap-3 text-xs text-muted">
                <span className="min-w-0 truncate">{one.by}</span>
                <RelativeTime at={Date.parse(one.at)} className="num shrink-0" />
              </span>
            </li>
          ))}
        </ul>
      </Part>
      <Part title={t('events')}>
        {relations.events.length === 0 && <p className="text-muted">{t('noEvents')}</p>}
        <ul className="flex flex-col gap-1.5">
          {relations.events.map((one) => (
            <li key={`${one.reason} ${one.at} ${one.message}`}>
              <span className={one.type === 'Warning' ? 'text-degraded-text' : undefined}>{one.reason}</span>{' '}
              {one.count > 1 && <span className="num text-xs text-faint">{t('eventCount', { count: String(one.count) })}</span>}
              <span className="block text-xs break-words text-muted">{one.message}</span>
              <span className="flex justify-between gap-3 text-xs text-faint">
                <span>{one.by}</span>
                {one.at !== null && <RelativeTime at={Date.parse(one.at)} className="num" />}
              </span>
            </li>
          ))}
        </ul>
      </Part>
    </>
  );
}
