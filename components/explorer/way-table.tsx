import clsx from 'clsx';
import { ArrowRight, Ban, CircleCheck, Minus, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import type { ExplainResponse, ExplainedRow, ExplainedStep, ObjectRef } from '@/lib/contract';
import { formatPercent } from '@/lib/format';

const groups = ['entry', 'routes', 'action', 'destinations', 'answer'] as const;

/** An object, and the line of it that a step comes from. */
export interface OpenedSource {
  ref: ObjectRef;
  path: string;
  line: number | null;
  side: 'live' | 'draft';
}

const signs = {
  plain: <ArrowRight size={13} className="text-faint" aria-hidden="true" />,
  good: <CircleCheck size={13} className="text-healthy-text" aria-hidden="true" />,
  lost: <Minus size={13} className="text-faint" aria-hidden="true" />,
  bad: <Ban size={13} className="text-failing-text" aria-hidden="true" />,
};

interface StepsProps {
  rows: readonly ExplainedRow[];
  side: 'live' | 'draft';
  opened: OpenedSource | undefined;
  onOpen: (source: OpenedSource) => void;
}

function isOpened(source: NonNullable<ExplainedStep['source']>, side: 'live' | 'draft', opened: OpenedSource | undefined): boolean {
  return opened?.side === side && opened.path === source.path && opened.ref.kind === source.ref.kind && opened.ref.name === source.ref.name;
}

/** The steps of one side; those that the other side does not have, or has otherwise, carry the mark of a draft. */
function Steps({ rows, side, opened, onOpen }: StepsProps): ReactNode {
  const t = useTranslations('explorer');
  const shown = rows.flatMap((row) => {
    const step = side === 'live' ? row.live : row.draft;
    return step === null ? [] : [{ row, step }];
  });
  if (shown.length === 0) return <p className="px-4 py-1 text-sm text-faint">–</p>;
  return (
    <ol>
      {shown.map(({ row, step }) => {
        const { source } = step;
        const name =
          source === null ? '' : `${source.ref.kind} ${source.ref.namespace === '' ? '' : `${source.ref.namespace}/`}${source.ref.name}`;
        return (
          <li
            key={row.key}
            data-differs={(row.differs && side === 'draft') || undefined}
            className={clsx(
              'flex items-start gap-2 border-l-2 py-1 pr-4 text-sm',
              ['pl-3.5', 'pl-9', 'pl-[3.625rem]'][row.depth],
              row.differs && side === 'draft' ? 'border-accent' : 'border-transparent',
              source !== null && isOpened(source, side, opened) && 'bg-accent-soft',
            )}
          >
            <span className="pt-[3px]">{signs[step.tone]}</span>
            <span
              className={clsx(
                'min-w-0 flex-1 break-words',
                step.tone === 'lost' && 'text-muted',
                step.tone === 'bad' && 'font-[550] text-failing-text',
                row.group === 'answer' && 'font-[550]',
              )}
            >
              {step.sentence.text}
              {source !== null && (
                <button
                  type="button"
                  onClick={() => onOpen({ ...source, side })}
                  title={`${name} ${source.path}`}
                  aria-label={t('open', { name, line: source.line === null ? 'none' : String(source.line) })}
                  className="ml-2 rounded-sm font-mono text-xs text-accent-text hover:underline"
                >
                  {source.ref.kind} {source.line === null ? t('notWritten') : t('line', { line: String(source.line) })}
                </button>
              )}
            </span>
          </li>
        );
      })}
    </ol>
  );
}

function Outcome({ outcome }: { outcome: ExplainResponse['live'] }): ReactNode {
  return (
    <span className="num flex flex-wrap gap-x-3">
      {outcome.shares.map((one) => (
        <span
          key={one.destination}
          title={one.reason}
          className={clsx('inline-flex items-center gap-1', one.failed !== undefined && 'font-[550] text-failing-text')}
        >
          {one.failed !== undefined && <TriangleAlert size={12} aria-hidden="true" />}
          {one.destination} {formatPercent(one.share)}
        </span>
      ))}
    </span>
  );
}

export interface WayTableProps {
  answer: ExplainResponse;
  opened: OpenedSource | undefined;
  onOpen: (source: OpenedSource) => void;
}

/** Routes and destinations are lists of their own on each side; the other steps stand in one row. */
function isList(group: ExplainedRow['group']): boolean {
  return group === 'routes' || group === 'destinations';
}

/** The way of a request: a row per step, live and draft beside each other; what differs is marked. */
export function WayTable({ answer, opened, onOpen }: WayTableProps): ReactNode {
  const t = useTranslations('explorer');
  const { draft } = answer;
  const isDraft = draft !== null;
  return (
    <table className="w-full table-fixed border-b border-line" data-testid="way">
      <thead className="sticky top-0 z-10 bg-panel text-left text-sm">
        <tr className="border-b border-line">
          <th scope="col" className="px-4 py-2 align-top font-normal">
            <span className="block text-xs text-muted">
              {t('live')} · {t('outcome')}
            </span>
            <Outcome outcome={answer.live} />
          </th>
          {isDraft && (
            <th scope="col" className="border-l-2 border-accent px-4 py-2 align-top font-normal">
              <span className="block text-xs text-accent-text">
                {t('draft')} · {t('outcome')}
              </span>
              <Outcome outcome={draft} />
            </th>
          )}
        </tr>
      </thead>
      {groups.map((group) => {
        const rows = answer.rows.filter((row) => row.group === group);
        return rows.length === 0 ? null : (
          <tbody key={group}>
            <tr>
              <th scope="colgroup" colSpan={isDraft ? 2 : 1} className="bg-inset px-4 py-1 text-left text-xs font-[550] text-muted">
                {t(`groups.${group}`)}
              </th>
            </tr>
            {(isList(group) ? [rows] : rows.map((row) => [row])).map((part) => (
              <tr key={part[0]?.key}>
                <td className="p-0 align-top">
                  <Steps rows={part} side="live" opened={opened} onOpen={onOpen} />
                </td>
                {isDraft && (
                  <td className="border-l border-line p-0 align-top">
                    <Steps rows={part} side="draft" opened={opened} onOpen={onOpen} />
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        );
      })}
    </table>
  );
}
