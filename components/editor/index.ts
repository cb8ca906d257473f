/**
 * The editor of drafts. Mount it with what to begin with, hand its outcome on:
 *
 *     <DraftEditor objects={[{ base: object }]} namespace="default" onOutcome={setOutcome} />
 *     <ChangeFlow draft={outcome?.draft} … />
 */
export { DraftEditor } from './draft-editor';
export { newObjectText } from './draft-entries';
export type { DraftEditorProps, DraftView } from './draft-editor';
export type { DraftStart } from './draft-entries';
export type { DraftOutcome } from './draft-outcome';
