'use client';

import { autocompletion, closeBrackets, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab, redo, undo } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit } from '@codemirror/language';
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { Annotation, EditorState } from '@codemirror/state';
import {
  EditorView,
  drawSelection,
  highlightActiveLine,
  highlightActiveLineGutter,
  hoverTooltip,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { type ReactNode, type Ref, useEffect, useImperativeHandle, useRef } from 'react';
import type { TextFinding } from '@/lib/validate';
import { readYaml } from '@/lib/yaml';
import type { YamlPath } from '@/lib/yaml';
import { completeYaml, fieldUnder, hoverBox } from './complete-yaml';
import type { YamlKnowledge } from './complete-yaml';
import { yamlLook } from './yaml-look';

export interface YamlPaneHandle {
  /** Puts the cursor at an offset, in sight; with `focus` the hand too. */
  show: (offset: number, focus: boolean) => void;
  /** Puts the cursor at a path, or where it would be. */
  showPath: (path: YamlPath) => void;
  undo: () => void;
  redo: () => void;
}

export interface YamlPaneProps {
  label: string;
  text: string;
  onChange: (text: string) => void;
  /** Findings about this very text; `undefined` while they are on their way. */
  findings: readonly TextFinding[] | undefined;
  fixLabel: string;
  onFix: (finding: TextFinding) => void;
  known: YamlKnowledge;
  ref?: Ref<YamlPaneHandle>;
}

/** Marks what came from outside, so that it is not reported back. */
const fromOutside = Annotation.define<boolean>();

/** The one place in which two texts differ. */
function difference(before: string, after: string): { from: number; to: number; insert: string } {
  let from = 0;
  while (from < before.length && from < after.length && before[from] === after[from]) from += 1;
  let end = 0;
  while (end < before.length - from && end < after.length - from && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  return { from, to: before.length - end, insert: after.slice(from, after.length - end) };
}

/** The draft as text, with completion, documentation on hover, findings in the gutter and quick fixes. Give it a `key` per object. */
export function YamlPane({ label, text, onChange, findings, fixLabel, onFix, known, ref }: YamlPaneProps): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const latest = useRef({ onChange, onFix, known, text });
  useEffect(() => {
    latest.current = { onChange, onFix, known, text };
  });

  useEffect(() => {
    if (box.current === null) return undefined;
    const created = new EditorView({
      parent: box.current,
      state: EditorState.create({
        doc: latest.current.text,
        extensions: [
          lineNumbers(),
          lintGutter(),
          foldGutter(),
          history(),
          drawSelection(),
          indentOnInput(),
          indentUnit.of('  '),
          bracketMatching(),
          closeBrackets(),
          highlightActiveLine(),
          highlightActiveLineGutter(),
          highlightSelectionMatches(),
          search({ top: true }),
          yaml(),
          autocompletion({ override: [(context) => completeYaml(context, latest.current.known)], icons: false }),
          hoverTooltip((state, offset) => {
            const found = fieldUnder(state.state.doc.toString(), offset, latest.current.known);
            return found === undefined ? null : { pos: found.from, end: found.to, create: () => ({ dom: hoverBox(found.field) }) };
          }),
          keymap.of([
            ...defaultKeymap,
            ...historyKeymap,
            ...foldKeymap,
            ...completionKeymap,
            ...lintKeymap,
            ...searchKeymap,
            indentWithTab,
          ]),
          // An explicit tab stop: assistive tools do not take editable text alone for one.
          EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
          EditorView.updateListener.of((update) => {
            if (!update.docChanged || update.transactions.some((one) => one.annotation(fromOutside) === true)) return;
            latest.current.onChange(update.state.doc.toString());
          }),
          yamlLook,
        ],
      }),
    });
    view.current = created;
    return () => {
      view.current = undefined;
      created.destroy();
    };
  }, [label]);

  useEffect(() => {
    const current = view.current?.state.doc.toString();
    if (current === undefined || current === text) return;
    view.current?.dispatch({ changes: difference(current, text), annotations: fromOutside.of(true) });
  }, [text]);

  useEffect(() => {
    const editor = view.current;
    // Findings about an older text would be in the wrong places.
    if (editor === undefined || findings === undefined || editor.state.doc.toString() !== text) return;
    const length = editor.state.doc.length;
    const diagnostics = findings.map((finding): Diagnostic => ({
      from: Math.min(finding.from, length),
      to: Math.min(finding.to, length),
      severity: finding.severity,
      message: finding.message,
      source: finding.code,
      ...(finding.fix === null ? {} : { actions: [{ name: fixLabel, apply: () => latest.current.onFix(finding) }] }),
    }));
    editor.dispatch(setDiagnostics(editor.state, diagnostics));
  }, [findings, text, fixLabel]);

  const show = (offset: number, focus: boolean): void => {
    const editor = view.current;
    if (editor === undefined) return;
    const at = Math.min(offset, editor.state.doc.length);
    editor.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: 'center' }) });
    if (focus) editor.focus();
  };
  useImperativeHandle(ref, () => ({
    show,
    showPath: (path) => show(readYaml(latest.current.text).positionOf(path).offset, true),
    undo: () => {
      if (view.current !== undefined) undo(view.current);
    },
    redo: () => {
      if (view.current !== undefined) redo(view.current);
    },
  }));

  return <div ref={box} className="h-full min-h-0 overflow-hidden" data-testid="yaml-editor" />;
}
