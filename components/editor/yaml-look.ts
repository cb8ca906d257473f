import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

const mark = (shape: string): string => `url('data:image/svg+xml,${encodeURIComponent(shape)}')`;

/** How YAML looks: the tokens of the look decide every colour, so that both themes hold. */
export const yamlLook: Extension = [
  EditorView.theme({
    '&': { height: '100%', fontSize: '12px', backgroundColor: 'var(--surface-panel)', color: 'var(--text)' },
    '&.cm-focused': { outline: 'none' },
    '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '20px' },
    '.cm-content': { caretColor: 'var(--text)', padding: '8px 0' },
    '.cm-cursor, .cm-dropCursor': { borderLeftColor: 'var(--text)' },
    '.cm-gutters': { backgroundColor: 'var(--surface-panel)', color: 'var(--text-faint)', border: 'none' },
    '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--surface-hover)' },
    '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
      backgroundColor: 'var(--accent-soft)',
    },
    '.cm-searchMatch': { backgroundColor: 'var(--degraded-soft)', outline: '1px solid var(--degraded)' },
    '.cm-tooltip, .cm-panels': {
      backgroundColor: 'var(--surface-float)',
      color: 'var(--text)',
      border: '1px solid var(--line-strong)',
      borderRadius: 'var(--radius)',
    },
    '.cm-tooltip': { boxShadow: 'var(--shadow-float)', maxWidth: '420px' },
    '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--font-mono)', fontSize: '12px', maxHeight: '240px' },
    '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '2px 8px', color: 'var(--text)' },
    '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: 'var(--accent-soft)', color: 'var(--accent-text)' },
    '.cm-completionDetail': { color: 'var(--text-faint)', fontStyle: 'normal' },
    '.cm-completionInfo': { padding: '6px 10px', maxWidth: '320px', fontFamily: 'var(--font-sans)' },
    '.cm-diagnostic': { padding: '4px 10px', borderLeft: '3px solid var(--idle)', fontFamily: 'var(--font-sans)' },
    '.cm-diagnostic-error': { borderLeftColor: 'var(--failing)' },
    '.cm-diagnostic-warning': { borderLeftColor: 'var(--degraded)' },
    '.cm-diagnosticAction': {
      backgroundColor: 'var(--accent)',
      color: 'var(--on-accent)',
      borderRadius: '4px',
      padding: '1px 8px',
      marginLeft: '8px',
    },
    '.cm-lintRange-error': { backgroundImage: 'none', borderBottom: '2px solid var(--failing)' },
    '.cm-lintRange-warning': { backgroundImage: 'none', borderBottom: '2px dashed var(--degraded)' },
    '.cm-lintRange-info': { backgroundImage: 'none', borderBottom: '1px dotted var(--idle)' },
    '.cm-gutter-lint': { width: '16px' },
    '.cm-lint-marker-error': {
      content: mark(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 12 12"><rect width="12" height="12" rx="2" fill="#d33b3b"/><path d="M3.5 3.5l5 5m0-5l-5 5" stroke="#fff" stroke-width="1.6"/></svg>',
      ),
    },
    '.cm-lint-marker-warning': {
      content: mark('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 12 12"><path d="M6 .8l5.6 10.4H.4z" fill="#d08a1d"/></svg>'),
    },
    '.cm-lint-marker-info': {
      content: mark(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 12 12"><circle cx="6" cy="6" r="4.4" fill="none" stroke="#808896" stroke-width="1.8"/></svg>',
      ),
    },
    '.cm-panel.cm-search': { padding: '6px 8px' },
    '.cm-panel.cm-search input, .cm-panel.cm-search button': { fontSize: '12px' },
    '.cm-foldPlaceholder': { backgroundColor: 'var(--surface-inset)', border: 'none', color: 'var(--text-muted)' },
  }),
  syntaxHighlighting(
    HighlightStyle.define([
      { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--accent-text)' },
      { tag: [tags.comment, tags.lineComment], color: 'var(--text-faint)', fontStyle: 'italic' },
      { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace], color: 'var(--text-faint)' },
      { tag: [tags.number, tags.bool, tags.null, tags.atom], color: 'var(--degraded-text)' },
      { tag: [tags.string, tags.content], color: 'var(--text)' },
      { tag: tags.meta, color: 'var(--text-muted)' },
    ]),
  ),
];
