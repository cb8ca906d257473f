import { CompletionContext } from '@codemirror/autocomplete';
import { EditorState } from '@codemirror/state';
import { describe, expect, it, vi } from 'vitest';
import { meshKinds, objectShape, shapeAt } from '@/lib/kinds';
import type { KindDefinition } from '@/lib/kinds';
import { checkTexts, DraftValidation } from '@/lib/validate';
import { readYaml, setYaml } from '@/lib/yaml';
import { completeYaml } from './complete-yaml';
import { newObjectText, startEntry } from './draft-entries';
import { newValue } from './new-value';

// The one line of the registry that a new kind needs. Everything else below comes from the kind's own folder.
vi.mock('@/lib/kinds/mesh-kinds', async (original) => {
  const registry = await original<{ meshKinds: unknown[] }>();
  const { loomPolicyKind } = await import('@/lib/kinds/testdata/loom-policy');
  return { ...registry, meshKinds: [...registry.meshKinds, loomPolicyKind] };
});

function made(): KindDefinition {
  const kind = meshKinds.find((one) => one.kind === 'LoomPolicy');
  if (kind === undefined) throw new Error('The kind is not registered.');
  return kind;
}

/** What is offered where `|` stands. */
function offered(text: string, kind: KindDefinition | undefined): string[] {
  const pos = text.indexOf('|');
  const state = EditorState.create({ doc: text.replace('|', '') });
  const result = completeYaml(new CompletionContext(state, pos, true), { kind, namespace: 'default', choices: undefined });
  return (result?.options ?? []).map((one) => one.label);
}

describe('a made-up kind', () => {
  it('has a form: every field of its groups has a shape, and new ones begin with something', () => {
    const kind = made();
    const entry = startEntry(0, { base: null, yaml: newObjectText(kind, 'shop') });
    expect(entry.reading).toMatchObject({ kind, namespace: 'shop' });
    const fields = kind.form?.groups.flatMap((group) => group.fields) ?? [];
    const begun = fields.map((name) => newValue(shapeAt(objectShape(kind), ['spec', name]) ?? { type: 'any' }, [name], kind.form));
    expect(begun).toEqual(['', 3, 'SLACK', [{ name: '', destination: { host: '' } }], {}]);
    const text = setYaml(entry.text, ['spec', 'threads'], 4);
    expect(readYaml(text).value()).toMatchObject({ kind: 'LoomPolicy', spec: { threads: 4 } });
  });

  it('is offered and explained in YAML', () => {
    const kind = made();
    expect(offered('kind: |', undefined)).toContain('LoomPolicy');
    const head = 'apiVersion: weave.example.com/v1\nkind: LoomPolicy\nspec:\n  ';
    expect(offered(`${head}|`, kind)).toEqual(expect.arrayContaining(['host', 'threads', 'tension']));
    expect(offered(`${head}tension: |`, kind)).toEqual(['SLACK', 'TIGHT']);
  });

  it('is checked while it is written', () => {
    const checked = checkTexts(new DraftValidation([]), [made().example.replace('threads: 3', 'threads: 0')], []);
    expect(checked.texts[0]?.map(({ path, message }) => `${path}: ${message}`)).toEqual(
      expect.arrayContaining(['spec.threads: a loom needs a thread']),
    );
  });
});
