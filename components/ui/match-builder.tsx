'use client';

import { Plus, X } from 'lucide-react';
import { Fragment, type ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { conditionProblem, isNamed } from '@/lib/kinds/shared/conditions';
import type { Condition, ConditionRules, ConditionSubject } from '@/lib/kinds/shared/conditions';
import { Button } from './button';

const control = 'h-7 min-w-0 rounded-sm border border-line-strong bg-panel px-1.5 text-sm disabled:opacity-50';

/** A condition in words, such as "header end-user is jason". */
export function useConditionWords(): (condition: Condition) => string {
  const t = useTranslations('conditions');
  return ({ subject, name, operator, value }) => {
    const condition =
      operator === 'exact'
        ? t('is', { value })
        : operator === 'prefix'
          ? t('startsWith', { value })
          : operator === 'regex'
            ? t('matches', { value })
            : t('isThere');
    return t(`words.${subject}`, { name, condition, value });
  };
}

/** Alternatives of conditions in words. */
export function MatchWords({ matches }: { matches: readonly (readonly Condition[])[] }): ReactNode {
  const t = useTranslations('conditions');
  const say = useConditionWords();
  const open = matches.length === 0 || matches.some((match) => match.length === 0);
  if (open) return t('everything');
  return matches.map((match, index) => (
    <Fragment key={`${index} ${JSON.stringify(match)}`}>
      {index > 0 && <span className="text-faint"> {t('or')} </span>}
      {match.map(say).map((words, position) => (
        <Fragment key={words}>
          {position > 0 && <span className="text-faint"> {t('and')} </span>}
          {words}
        </Fragment>
      ))}
    </Fragment>
  ));
}

export interface MatchBuilderProps {
  /** Alternatives ("or"), each a list of conditions ("and"). None: every request. */
  matches: readonly (readonly Condition[])[];
  /** What the kind of route can look at. */
  rules: ConditionRules;
  disabled?: boolean;
  onChange: (matches: Condition[][]) => void;
}

/** Builds the conditions of a route's rule. */
export function MatchBuilder({ matches, rules, disabled = false, onChange }: MatchBuilderProps): ReactNode {
  const t = useTranslations('conditions');
  const alternatives = matches.length === 0 ? [[]] : matches;
  const subjects = Object.keys(rules) as ConditionSubject[];
  const fresh = (taken: readonly Condition[]): Condition => {
    const subject =
      (['header', 'uri', ...subjects] as const).find(
        (one) => rules[one] !== undefined && (isNamed(one) || !taken.some((other) => other.subject === one)),
      ) ?? 'header';
    return { subject, name: '', operator: rules[subject]?.[0] ?? 'exact', value: '' };
  };
  const write = (index: number, conditions: readonly Condition[]): void => {
    const next = alternatives.map((one, at) => (at === index ? [...conditions] : [...one]));
    // An alternative without conditions would take everything: it goes, unless it is all there is.
    onChange(next.filter((one) => one.length > 0));
  };
  return (
    <div className="flex flex-col gap-1">
      {alternatives.map((conditions, index) => (
        <fieldset
          key={index}
          disabled={disabled}
          aria-label={t('list', { number: String(index + 1) })}
          className="flex min-w-0 flex-col gap-1"
        >
          {index > 0 && <span className="text-xs text-faint">{t('or')}</span>}
          {conditions.map((condition, position) => (
            <ConditionRow
              key={position}
              number={position + 1}
              condition={condition}
              rules={rules}
              onChange={(next) =>
                write(
                  index,
                  conditions.map((one, at) => (at === position ? next : one)),
                )
              }
              onRemove={() =>
                write(
                  index,
                  conditions.filter((_, at) => at !== position),
                )
              }
            />
          ))}
          <div className="flex gap-1">
            <Button
              size="sm"
              variant="ghost"
              disabled={disabled}
              icon={<Plus size={13} aria-hidden="true" />}
              onClick={() => write(index, [...conditions, fresh(conditions)])}
            >
              {t('add')}
            </Button>
            {index === alternatives.length - 1 && conditions.length > 0 && (
              <Button
                size="sm"
                variant="ghost"
                disabled={disabled}
                onClick={() => onChange([...alternatives.map((one) => [...one]), [fresh([])]])}
              >
                {t('addAlternative')}
              </Button>
            )}
          </div>
        </fieldset>
      ))}
    </div>
  );
}

function ConditionRow({
  number,
  condition,
  rules,
  onChange,
  onRemove,
}: {
  number: number;
  condition: Condition;
  rules: ConditionRules;
  onChange: (condition: Condition) => void;
  onRemove: () => void;
}): ReactNode {
  const t = useTranslations('conditions');
  const { subject, name, operator, value } = condition;
  // What an object has stays choosable, whatever the kind has today.
  const subjects = [...new Set([...(Object.keys(rules) as ConditionSubject[]), subject])];
  const operators = [...new Set([...(rules[subject] ?? []), operator])];
  const problem = conditionProblem(condition);
  return (
    <div className="flex flex-col gap-1 rounded-sm bg-inset p-1" data-condition={subject}>
      <div className="flex gap-1">
        <select
          aria-label={t('what', { number: String(number) })}
          value={subject}
          className={`${control} flex-1`}
          onChange={(event) => {
            const next = subjects.find((one) => one === event.target.value) ?? subject;
            const kept = rules[next]?.includes(operator) === true ? operator : (rules[next]?.[0] ?? 'exact');
            onChange({ subject: next, name: isNamed(next) ? name : '', operator: kept, value });
          }}
        >
          {subjects.map((one) => (
            <option key={one} value={one}>
              {t(`subject.${one}`)}
            </option>
          ))}
        </select>
        <select
          aria-label={t('how', { number: String(number) })}
          value={operator}
          className={`${control} w-24`}
          onChange={(event) => onChange({ ...condition, operator: operators.find((one) => one === event.target.value) ?? operator })}
        >
          {operators.map((one) => (
            <option key={one} value={one}>
              {t(`operator.${one}`)}
            </option>
          ))}
        </select>
        <Button
          size="sm"
          variant="ghost"
          aria-label={t('remove', { number: String(number) })}
          icon={<X size={13} aria-hidden="true" />}
          onClick={onRemove}
        />
      </div>
      <div className="flex gap-1">
        {isNamed(subject) && (
          <input
            aria-label={t('name', { number: String(number) })}
            value={name}
            placeholder={t('namePlaceholder')}
            className={`${control} w-full flex-1 font-mono text-xs`}
            // Istio's header names are lower case, and mean any.
            onChange={(event) =>
              onChange({
                ...condition,
                name: subject === 'header' || subject === 'withoutHeader' ? event.target.value.toLowerCase() : event.target.value,
              })
            }
          />
        )}
        {operator !== 'present' && (
          <input
            aria-label={t('value', { number: String(number) })}
            value={value}
            placeholder={t('valuePlaceholder')}
            className={`${control} w-full flex-1 font-mono text-xs`}
            onChange={(event) => onChange({ ...condition, value: event.target.value })}
          />
        )}
      </div>
      {problem !== null && <p className="px-1 text-xs text-degraded-text">{t(`problem.${problem}`)}</p>}
    </div>
  );
}
