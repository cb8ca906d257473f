'use client';

import { type ReactNode, useDeferredValue, useEffect, useEffectEvent, useMemo, useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import { useDraftCheck } from '@/components/data/use-draft-check';
import { Button } from '@/components/ui/button';
import type { KindDefinition } from '@/lib/kinds';
import { shapeAt, objectShape } from '@/lib/kinds';
import type { TextFinding } from '@/lib/validate';
import { insertYaml, moveYaml, removeYaml, setYaml } from '@/lib/yaml';
import type { YamlPath } from '@/lib/yaml';
import { applyFix } from './apply-fix';
import { isMoved, newObjectText, putBack, startEntry, withText } from './draft-entries';
import type { DraftEntry, DraftStart, ReadEntry } from './draft-entries';
import { outcomeOf, writtenBy } from './draft-outcome';
import type { DraftOutcome } from './draft-outcome';
import { DraftTabs } from './draft-tabs';
import { FindingsList } from './findings-list';
import { FormPane } from './form-pane';
import { YamlPane } from './yaml-pane';
import type { YamlPaneHandle } from './yaml-pane';

export type DraftView = 'both' | 'form' | 'yaml';

export interface DraftEditorProps {
  /** What to begin with; later ones are not looked at: give the editor another `key` to begin anew. */
  objects: readonly DraftStart[];
  /** Namespace of objects that are added. */
  namespace: string;
  /** After every change, and once at the beginning. Hand `draft` on to `ChangeFlow`. */
  onOutcome: (outcome: DraftOutcome) => void;
  initialView?: DraftView;
  /** Whether objects may be added and taken out. */
  isFixed?: boolean;
  /** Shown at the right of the bar. */
  actions?: ReactNode;
}

const views: readonly DraftView[] = ['both', 'form', 'yaml'];

/** Form and YAML as two views of one draft of one or more objects, checked against the whole mesh while it is written. */
export function DraftEditor({ objects, namespace, onOutcome, initialView = 'both', isFixed, actions }: DraftEditorProps): ReactNode {
  const t = useTranslations('editor');
  const [entries, setEntries] = useState<readonly DraftEntry[]>(() => objects.map((one, index) => startEntry(index, one)));
  const [active, setActive] = useState(0);
  const [view, setView] = useState<DraftView>(initialView);
  const pane = useRef<YamlPaneHandle>(null);
  const whole = useRef<HTMLElement>(null);
  const nextId = useRef(objects.length);

  const read = useMemo(() => entries.map((entry) => entry.reading), [entries]);
  const texts = useMemo(() => entries.map((entry) => entry.text), [entries]);
  const check = useDraftCheck(texts);
  const isCurrent = check.checked?.of === texts;
  const findings = check.checked?.texts;

  const entry = entries[active] ?? entries[0];
  const reading = read[active] ?? read[0];
  const shownFindings = useDeferredValue(findings?.[active]);

  const written = useMemo(() => writtenBy(entries), [entries]);
  const report = useEffectEvent(onOutcome);
  useEffect(() => {
    report(outcomeOf(entries, written, findings));
  }, [entries, written, findings]);

  const activeId = entry?.id;
  const edit = useMemo(() => {
    const change = (how: (text: string, one: ReadEntry) => string): void =>
      setEntries((all) => all.map((one) => (one.id === activeId ? withText(one, how(one.text, one.reading)) : one)));
    const orderOf = (kind: KindDefinition | undefined) => (path: YamlPath) => {
      if (kind === undefined) return undefined;
      const shape = shapeAt(objectShape(kind), path);
      return shape?.type === 'object' ? shape.fields.map((field) => field.name) : undefined;
    };
    return {
      text: (text: string) => change(() => text),
      fix: (finding: TextFinding) => change((text) => (finding.fix === null ? text : applyFix(text, finding.fix))),
      control: {
        set: (path: YamlPath, value: unknown) => change((text, { kind }) => setYaml(text, path, value, { orderOf: orderOf(kind) })),
        remove: (path: YamlPath) => change((text) => removeYaml(text, path)),
        insert: (path: YamlPath, index: number, value: unknown) =>
          change((text, { kind }) => insertYaml(text, path, index, value, { orderOf: orderOf(kind) })),
        move: (path: YamlPath, from: number, to: number) => change((text) => moveYaml(text, path, from, to)),
        show: (path: YamlPath) => {
          setView((before) => (before === 'form' ? 'both' : before));
          pane.current?.showPath(path);
        },
      },
    };
  }, [activeId]);

  const add = (kind: KindDefinition): void => {
    const yaml = newObjectText(kind, namespace);
    const id = nextId.current;
    nextId.current += 1;
    setEntries((all) => [...all, startEntry(id, { yaml, base: null })]);
    setActive(entries.length);
  };
  useEffect(() => {
    const box = whole.current;
    // Outside of texts, which undo by themselves, Ctrl-Z takes back the last edit of the form.
    const press = (event: KeyboardEvent): void => {
      const isText = event.target instanceof HTMLElement && event.target.closest('.cm-editor, input, textarea') !== null;
      if (!(event.ctrlKey || event.metaKey) || isText) return;
      if (event.key === 'z' && !event.shiftKey) pane.current?.undo();
      else if (event.key === 'y' || event.key === 'Z') pane.current?.redo();
      else return;
      event.preventDefault();
    };
    box?.addEventListener('keydown', press);
    return () => box?.removeEventListener('keydown', press);
  }, []);
  if (entry === undefined || reading === undefined) return null;
  const isChanged = entries.some((one) => one.text !== one.begun);
  const moved = entries.find((one) => isMoved(one));
  const hasForm = reading?.kind?.form !== undefined;
  const shows = hasForm ? view : 'yaml';
  const known = { kind: reading.kind, namespace: reading.namespace, choices: check.choices };

  return (
    <section
      ref={whole}
      aria-label={t('label')}
      className={`flex min-h-0 flex-1 flex-col ${isChanged ? 'draft-mark' : ''}`}
      data-testid="draft-editor"
    >
      <div className="flex min-h-10 flex-wrap items-center gap-2 border-b border-line bg-panel px-3 py-1">
        {isFixed === true && entries.length === 1 ? null : (
          <DraftTabs
            entries={entries}
            read={read}
            findings={findings}
            active={active}
            onActive={setActive}
            onAdd={add}
            onRemove={(index) => {
              setEntries(entries.filter((_, at) => at !== index));
              setActive(Math.max(0, index - 1));
            }}
          />
        )}
        <span className="flex-1" />
        <span className={`text-xs ${isChanged ? 'text-accent-text' : 'text-faint'}`} data-testid="draft-state">
          {isChanged ? t('notApplied') : t('unchanged')}
        </span>
        {hasForm && (
          <div role="group" aria-label={t('views')} className="flex h-7 items-center rounded-md border border-line-strong p-0.5">
            {views.map((one) => (
              <button
                key={one}
                type="button"
                aria-pressed={view === one}
                onClick={() => setView(one)}
                className={`h-full rounded-sm px-2 text-xs ${view === one ? 'bg-accent-soft text-accent-text' : 'text-muted hover:text-text'}`}
              >
                {t(`view.${one}`)}
              </button>
            ))}
          </div>
        )}
        {actions}
      </div>
      {moved?.base && (
        <div
          role="alert"
          className="flex items-center gap-3 border-b border-failing bg-failing-soft px-4 py-1.5 text-sm text-failing-text"
          data-testid="draft-moved"
        >
          <p className="flex-1">{t('movedAway', { name: `${moved.base.kind} ${moved.base.metadata.name}` })}</p>
          <Button
            size="sm"
            onClick={() => setEntries((all) => all.map((one) => (one.id === moved.id ? withText(one, putBack(one)) : one)))}
          >
            {t('putBack')}
          </Button>
        </div>
      )}
      <div className="flex min-h-0 flex-1 max-lg:flex-col">
        {shows !== 'yaml' && (
          <div className="flex min-h-0 min-w-0 flex-1 flex-col bg-page" role="region" aria-label={t('form')}>
            <FormPane
              key={entry.id}
              entry={reading}
              isStored={entry.base !== null}
              control={edit.control}
              choices={check.choices}
              findings={shownFindings ?? noFindings}
            />
          </div>
        )}
        <div
          role="region"
          aria-label={t('yaml')}
          className={`min-h-0 min-w-0 flex-1 border-l max-lg:min-h-64 border-line bg-panel ${shows === 'form' ? 'hidden' : ''}`}
        >
          <YamlPane
            key={entry.id}
            ref={pane}
            label={t('yaml')}
            text={entry.text}
            onChange={edit.text}
            findings={isCurrent ? findings?.[active] : undefined}
            fixLabel={t('fix')}
            onFix={edit.fix}
            known={known}
          />
        </div>
      </div>
      <FindingsList
        findings={findings?.[active]}
        others={check.checked?.others ?? noFindings}
        count={check.count}
        missing={check.missing}
        onShow={(finding) => {
          setView((before) => (before === 'form' ? 'both' : before));
          pane.current?.show(finding.from, true);
        }}
        onFix={edit.fix}
      />
    </section>
  );
}

const noFindings: readonly TextFinding[] = [];
