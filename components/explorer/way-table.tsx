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

function StepCell({
  step,
  side,
  row,
  opened,
  onOpen,
}: {
  step: ExplainedStep | null;
  side: 'live' | 'draft';
  row: ExplainedRow;
  opened: OpenedSource | undefined;
  onOpen: (source: OpenedSource) => void;
}): ReactNode {
  const t = useTranslations('explorer');
  const marks = row.differs && side === 'draft';
  if (step === null)
    return (
      <td className={clsx('border-l border-line px-4 py-1 align-top text-sm text-faint', marks && 'bg-accent-soft')}>{t('notOnWay')}</td>
    );
  const { source } = step;
  const isOpen =
    source !== null &&
    opened !== undefined &&
    opened.side === side &&
    opened.path === source.path &&
    opened.ref.kind === source.ref.kind &&
    opened.ref.name === source.ref.name;
  const name =
    source === null ? '' : `${source.ref.kind} ${source.ref.namespace === '' ? '' : `${source.ref.namespace}/`}${source.ref.name}`;
  return (
    <td
      className={clsx(
        'border-l border-line px-4 py-1 align-top',
        marks && 'bg-accent-soft',
        isOpen && 'outline-2 -outline-offset-2 outline-accent',
      )}
    >
      <div className={clsx('flex items-start gap-2 text-sm', row.depth === 1 && 'pl-5')}>
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
      </div>
    </td>
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
            {rows.map((row) => (
              <tr key={row.key} data-differs={row.differs || undefined}>
                <StepCell step={row.live} side="live" row={row} opened={opened} onOpen={onOpen} />
                {isDraft && <StepCell step={row.draft} side="draft" row={row} opened={opened} onOpen={onOpen} />}
              </tr>
            ))}
          </tbody>
        );
      })}
    </table>
  );
}
