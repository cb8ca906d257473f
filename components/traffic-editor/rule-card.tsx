'use client';

import { ChevronRight, Copy, GripVertical, Trash2 } from 'lucide-react';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from '@/components/ui/button';
import { Fold } from '@/components/ui/fold';
import { MatchBuilder, MatchWords } from '@/components/ui/match-builder';
import { formatDuration } from '@/lib/format';
import { duplicateRule, editRule, faultOf, readSplit, removeRule, ruleEditorOf } from '@/lib/traffic';
import type { DraftRule, RouteDraft } from '@/lib/traffic';
import { RuleBody } from './rule-body';
import type { FaultSeconds } from './rule-panels';
import type { TrafficDraft } from './use-traffic-draft';

export interface RuleCardProps {
  draft: TrafficDraft;
  rule: DraftRule;
  index: number;
  isMain: boolean;
  open: boolean;
  onOpen: (open: boolean) => void;
  edited: boolean;
  unreachable: boolean;
  /** For other callers than the one that is looked at. */
  faint: boolean;
  dragged: boolean;
  faultFor: FaultSeconds;
  onFaultFor: (seconds: FaultSeconds) => void;
  onEdit: (change: (route: RouteDraft) => RouteDraft) => void;
  onMove: (to: number) => void;
  /** The pointer takes the rule to drag it. */
  onGrip: () => void;
}

/** One rule: a line that says what it does, and below it, when opened, everything that can be set. */
export function RuleCard(props: RuleCardProps): ReactNode {
  const { draft, rule, index, open, onOpen, edited, unreachable, faint, dragged, onEdit, onMove, onGrip } = props;
  const t = useTranslations('traffic');
  const id = useId();
  const editor = ruleEditorOf(draft.route.object);
  const matches = editor.read(rule.rule, 'matches');
  const number = index + 1;
  const name = editor.name(rule.rule);
  const handle = useRef<HTMLButtonElement>(null);
  const moved = useRef(false);
  useEffect(() => {
    // React moves the node; the focus stays with the rule.
    if (moved.current) handle.current?.focus();
    moved.current = false;
  });
  return (
    <li
      data-rule={rule.key}
      aria-label={name === null ? t('rule', { number: String(number) }) : t('ruleNamed', { number: String(number), name })}
      className={`border-t border-line ${edited ? 'draft-mark' : 'border-l-2 border-l-transparent'} ${dragged ? 'bg-hover' : ''}`}
    >
      <div className={`flex items-start gap-1 py-1.5 pr-2 pl-1 ${faint ? 'text-faint' : ''}`}>
        <button
          ref={handle}
          type="button"
          aria-label={t('move', { number: String(number) })}
          disabled={draft.route.rules.length < 2}
          className="mt-0.5 flex h-5 w-4 shrink-0 cursor-grab touch-none items-center justify-center rounded-sm text-faint hover:bg-hover active:cursor-grabbing disabled:invisible"
          onKeyDown={(event) => {
            const step = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
            if (step === 0) return;
            event.preventDefault();
            moved.current = true;
            onMove(index + step);
          }}
          onPointerDown={onGrip}
        >
          <GripVertical size={13} aria-hidden="true" />
        </button>
        <button
          type="button"
          aria-expanded={open}
          aria-controls={id}
          aria-label={t('open', { number: String(number) })}
          onClick={() => onOpen(!open)}
          className="mt-0.5 flex size-5 shrink-0 items-center justify-center rounded-sm hover:bg-hover"
        >
          <ChevronRight
            size={13}
            aria-hidden="true"
            className={`text-faint transition-transform duration-150 ${open ? 'rotate-90' : ''}`}
          />
        </button>
        {/* A click anywhere on the line opens it too; the button beside it is what keyboards and screen readers use. */}
        <div className="min-w-0 flex-1 cursor-default pt-px text-sm" onClick={() => onOpen(!open)} role="presentation">
          <p className="break-words">
            <MatchWords matches={matches} />
          </p>
          <Summary {...props} />
          <p className="flex flex-wrap gap-x-2 text-xs empty:hidden">
            {edited && <span className="text-accent-text">{t('draft')}</span>}
            {unreachable && (
              <span className="text-degraded-text" title={t('unreachableWhy')}>
                ▲ {t('unreachable')}
              </span>
            )}
            {faint && <span className="text-faint">{t('forOthers')}</span>}
          </p>
        </div>
        {open && (
          <span className="-my-0.5 flex shrink-0">
            <Button
              size="sm"
              variant="ghost"
              aria-label={t('duplicate')}
              title={t('duplicate')}
              icon={<Copy size={13} aria-hidden="true" />}
              onClick={() => onEdit((route) => duplicateRule(route, rule.key))}
            />
            <Button
              size="sm"
              variant="ghost"
              aria-label={t('delete')}
              title={t('delete')}
              disabled={draft.route.rules.length < 2}
              icon={<Trash2 size={13} aria-hidden="true" />}
              onClick={() => onEdit((route) => removeRule(route, rule.key))}
            />
          </span>
        )}
      </div>
      <div id={id} hidden={!open}>
        {open && (
          <>
            <div className="px-2 pb-1">
              <Fold title={t('matches')} openAtFirst={rule.from === null}>
                <MatchBuilder
                  matches={matches}
                  rules={editor.conditions}
                  onChange={(next) => onEdit((route) => editRule(route, rule.key, 'matches', next))}
                />
              </Fold>
            </div>
            <RuleBody {...props} />
          </>
        )}
      </div>
    </li>
  );
}

/** Where the rule sends, and what else it does, in one line. */
function Summary({ draft, rule, open }: RuleCardProps): ReactNode {
  const t = useTranslations('traffic');
  const editor = ruleEditorOf(draft.route.object);
  const action = editor.action(rule.rule);
  const { rows, undivided } = readSplit(draft.route.object, rule.rule, draft.context);
  const timeout = editor.read(rule.rule, 'timeoutMs');
  const retries = editor.read(rule.rule, 'retries');
  const redirect = editor.read(rule.rule, 'redirect');
  const badges = [
    ...(timeout === null ? [] : [t('timeoutBadge', { time: formatDuration(timeout) })]),
    ...(retries === null ? [] : [t('retriesBadge', { count: String(retries.attempts) })]),
    ...(editor.read(rule.rule, 'mirrors').length === 0 ? [] : [t('mirrorBadge')]),
    ...(editor.read(rule.rule, 'rewrite') === null ? [] : [t('rewriteBadge')]),
  ];
  const target = ((): string => {
    if (action === 'redirect') return t('redirectsTo', { target: `${redirect?.host ?? ''}${redirect?.path?.value ?? ''}` || '/' });
    if (action === 'direct') return t('answers');
    if (action === 'delegate') return t('delegates', { name: (rule.rule['delegate'] as { name?: string } | undefined)?.name ?? '' });
    if (undivided) return `→ ${draft.base.name}`;
    const shown = rows.filter((row) => row.destination.weight > 0);
    return `→ ${shown.map((row) => (shown.length === 1 ? row.label : `${row.label} ${row.destination.weight} %`)).join(', ')}`;
  })();
  const fault = faultOf(draft.route, rule);
  if (open && fault === null) return null;
  return (
    <p className="num flex flex-wrap items-center gap-x-2 text-xs text-muted">
      {!open && <span className="min-w-0 break-words">{target}</span>}
      {fault !== null && (
        <span className="relative flex items-center gap-1 text-degraded-text">
          <span aria-hidden="true" className="hatch-degraded h-2.5 w-4 rounded-[2px] border border-degraded" />
          {t('faultBadge')}
        </span>
      )}
      {!open && badges.map((badge) => <span key={badge}>{badge}</span>)}
    </p>
  );
}
