'use client';

import { useMemo, useState } from 'react';
import { readDraft } from '@/components/change/keep-draft';
import type { Deletion, ExplainResponse, ExplainedDocument, ObjectRef } from '@/lib/contract';
import { toYaml } from '@/lib/yaml';
import { type DraftText, type ReadDrafts, beginDraft, readDrafts, refKey } from './draft-texts';

/** The drafts of the page: texts that were edited here, and a draft that another page left. */
export interface Drafts extends ReadDrafts {
  list: readonly DraftText[];
  deletes: Deletion[];
  textOf: (ref: ObjectRef) => string | undefined;
  edit: (document: ExplainedDocument, text: string) => void;
  add: (draft: DraftText) => void;
  drop: () => void;
}

/** Texts of a kept draft. What it was made from is what its resourceVersion says; the server knows that version. */
function keptTexts(name: string | undefined): { texts: DraftText[]; deletes: Deletion[] } {
  const kept = name === undefined ? null : readDraft(name);
  if (kept === null) return { texts: [], deletes: [] };
  const texts = kept.objects.map((object): DraftText => {
    const slash = object.apiVersion.lastIndexOf('/');
    const { resourceVersion, name: own, namespace = '', labels, annotations } = object.metadata;
    const ref = {
      group: object.apiVersion.slice(0, Math.max(0, slash)),
      version: object.apiVersion.slice(slash + 1),
      kind: object.kind,
      namespace,
      name: own,
    };
    const metadata = {
      name: own,
      ...(namespace === '' ? {} : { namespace }),
      ...(labels && { labels }),
      ...(annotations && { annotations }),
    };
    return { ref, text: toYaml({ ...object, metadata }), base: resourceVersion === undefined ? null : { yaml: '', resourceVersion } };
  });
  return { texts, deletes: kept.deletes };
}

/** Drafts by object. `kept` names the draft another page left in this browser. */
export function useDrafts(kept: string | undefined): Drafts {
  const [state, setState] = useState(() => keptTexts(kept));
  const read = useMemo(() => readDrafts(state.texts), [state.texts]);
  const put = (draft: DraftText): void =>
    setState(({ texts, deletes }) => ({
      texts: [...texts.filter((one) => refKey(one.ref) !== refKey(draft.ref)), draft],
      deletes,
    }));
  return {
    ...read,
    list: state.texts,
    deletes: state.deletes,
    textOf: (ref) => state.texts.find((one) => refKey(one.ref) === refKey(ref))?.text,
    edit(document, text) {
      const known = state.texts.find((one) => refKey(one.ref) === refKey(document.ref));
      put(known === undefined ? beginDraft(document, text) : { ...known, text });
    },
    add: put,
    drop: () => setState({ texts: [], deletes: [] }),
  };
}

/** The document of an answer that an object's text is in. */
export function documentOf(answer: ExplainResponse, ref: ObjectRef): ExplainedDocument | undefined {
  return answer.documents.find((one) => refKey(one.ref) === refKey(ref));
}
