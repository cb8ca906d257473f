'use client';

import { EyeOff, Search, Star } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import { useStored } from '@/components/ui/use-stored';
import type { Completion, FindContext, FindError } from '@/lib/graph-view';
import { completeFind } from '@/lib/graph-view';

export interface FindFieldProps {
  kind: 'find' | 'hide';
  value: string;
  onChange: (text: string) => void;
  error: FindError | undefined;
  /** How many nodes and edges it finds; `undefined` without an expression. */
  count: number | undefined;
  graph: FindContext;
}

const examples = {
  find: ['failing OR errors > 1', '%err > 1', 'p95 > 500ms', 'code = 5xx', 'reachedby:', 'outofmesh', 'mtls < 100'],
  hide: ['healthy', 'idle', 'rate < 0.1', 'namespace = kube-system', '!traffic'],
};
const storageKey = 'heddle.finds';

/** An expression that finds or hides, with completion, examples and what was saved. */
export function FindField({ kind, value, onChange, error, count, graph }: FindFieldProps): ReactNode {
  const t = useTranslations('graph.find');
  const [text, setText] = useState(value);
  const [offers, setOffers] = useState<Completion[]>([]);
  const [at, setAt] = useState(-1);
  const [open, setOpen] = useState(false);
  const [stored, setStored] = useStored(storageKey, '');
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const listId = useId();
  const saved = stored.split('\n').filter((one) => one !== '');
  const [seen, setSeen] = useState(value);
  if (seen !== value) {
    // The link, or a button, changed it.
    setSeen(value);
    if (text.trim() !== value) setText(value);
  }
  useEffect(() => () => clearTimeout(timer.current), []);

  const offer = (next: string, cursor: number): void => {
    setAt(-1);
    setOffers(
      next === ''
        ? [...saved, ...examples[kind]].map((one) => ({ text: one, from: 0, to: 0, kind: 'value' }))
        : completeFind(next, cursor, graph),
    );
  };
  const type = (next: string, cursor: number): void => {
    setText(next);
    setOpen(true);
    offer(next, cursor);
    clearTimeout(timer.current);
    // Each letter would search anew: a pause of the hand is meant.
    timer.current = setTimeout(() => onChange(next.trim()), 180);
  };
  const take = (one: Completion): void => {
    const glue = one.text.endsWith(':') || one.text.includes(' ') ? '' : ' ';
    const next = `${text.slice(0, one.from)}${one.text}${glue}${text.slice(one.to)}`;
    type(next, one.from + one.text.length + glue.length);
    input.current?.focus();
  };
  const press = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && open) setOpen(false);
    else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      setOpen(true);
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setAt((now) => (offers.length === 0 ? -1 : (now + step + offers.length + (now === -1 && step === -1 ? 1 : 0)) % offers.length));
    } else if ((event.key === 'Enter' || (event.key === 'Tab' && at >= 0)) && open && offers[at] !== undefined) take(offers[at]);
    else if (event.key === 'Enter') {
      setOpen(false);
      clearTimeout(timer.current);
      onChange(text.trim());
      return;
    } else return;
    event.preventDefault();
  };
  const isSaved = saved.includes(text.trim());
  const Icon = kind === 'find' ? Search : EyeOff;
  return (
    <div className="relative min-w-0 flex-1">
      <div
        className={`flex h-8 items-center gap-2 rounded-md border bg-inset px-2.5 ${error === undefined ? 'border-line focus-within:border-accent' : 'border-degraded'}`}
      >
        <Icon size={14} aria-hidden="true" className="shrink-0 text-faint" />
        <input
          ref={input}
          role="combobox"
          aria-label={t(kind)}
          aria-expanded={open && offers.length > 0}
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={at >= 0 ? `${listId}-${at}` : undefined}
          aria-invalid={error !== undefined}
          autoComplete="off"
          spellCheck={false}
          value={text}
          placeholder={t(`${kind}Placeholder`)}
          onChange={(event) => type(event.target.value, event.target.selectionStart ?? event.target.value.length)}
          onFocus={() => {
            setOpen(true);
            offer(text, text.length);
          }}
          onBlur={() => setOpen(false)}
          onKeyDown={press}
          className="min-w-0 flex-1 bg-transparent font-mono text-xs outline-none placeholder:font-sans placeholder:text-faint"
        />
        {count !== undefined && error === undefined && <span className="num shrink-0 text-xs text-muted">{t('count', { count })}</span>}
        {text.trim() !== '' && error === undefined && (
          <button
            type="button"
            aria-label={isSaved ? t('forget') : t('save')}
            aria-pressed={isSaved}
            title={isSaved ? t('forget') : t('save')}
            onClick={() =>
              setStored((isSaved ? saved.filter((one) => one !== text.trim()) : [text.trim(), ...saved].slice(0, 20)).join('\n'))
            }
            className={`shrink-0 rounded-sm ${isSaved ? 'text-accent' : 'text-faint hover:text-text'}`}
          >
            <Star size={13} aria-hidden="true" fill={isSaved ? 'currentColor' : 'none'} />
          </button>
        )}
      </div>
      {error !== undefined && !open && (
        <p
          role="alert"
          className="absolute top-full left-0 z-20 mt-1 rounded-sm border border-degraded bg-degraded-soft px-2 py-0.5 text-xs text-degraded-text"
        >
          {t(`error.${error.code}`, { word: error.word })}
        </p>
      )}
      <div
        id={listId}
        role="listbox"
        aria-label={t('offers')}
        hidden={!open || offers.length === 0}
        className="absolute top-full left-0 z-30 mt-1 max-h-72 w-80 overflow-y-auto rounded-md border border-line-strong bg-float p-1 shadow-float"
      >
        {offers.map((one, index) => (
          <div
            key={`${one.kind} ${one.text}`}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === at}
            onPointerDown={(event) => {
              event.preventDefault();
              take(one);
            }}
            className={`flex h-7 cursor-pointer items-center justify-between gap-3 rounded-sm px-2 font-mono text-xs ${index === at ? 'bg-hover' : 'hover:bg-hover'}`}
          >
            <span className="truncate">{one.text}</span>
            {text !== '' && <span className="font-sans text-faint">{t(`offer.${one.kind}`)}</span>}
          </div>
        ))}
      </div>
    </div>
  );
}
