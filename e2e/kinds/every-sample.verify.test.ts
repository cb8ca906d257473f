import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { meshKinds } from '@/lib/kinds';
import type { KubernetesObject } from '@/lib/kinds';
import { openPage } from '../support/open-page';
import { readRun } from '../support/run-file';
import startDemo from '../support/start-demo';

/** Istio's own samples, read where they are. */
const root = resolve(import.meta.dirname, '../..');
const folder = resolve(root, process.env['HEDDLE_SHARED'] ?? '../shared', 'data/istio-samples');

interface Sample {
  /** Path below the samples. */
  name: string;
  /** The whole file. */
  text: string;
  /** Its documents, and whether each is of a kind with a form. */
  documents: { text: string; hasForm: boolean }[];
}

function hasForm(text: string): boolean {
  const { apiVersion, kind } = parse(text) as KubernetesObject;
  return meshKinds.some((one) => one.form !== undefined && one.kind === kind && apiVersion.startsWith(`${one.group}/`));
}

/** The files with something for a form in them. Documents are cut here by lines alone, not by what the editor cuts with. */
function readSamples(): Sample[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => /\.ya?ml$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
    .flatMap((file) => {
      const text = readFileSync(file, 'utf8');
      // Templates of other tools are no YAML.
      if (parseAllDocuments(text).some((document) => document.errors.length > 0)) return [];
      const documents = text
        .split(/^---.*$/m)
        .filter((one) => /^[^#\s]/m.test(one))
        .map((one) => ({ text: one.trim(), hasForm: hasForm(one) }));
      return documents.some((one) => one.hasForm) ? [{ name: relative(folder, file), text, documents }] : [];
    });
}

const samples = readSamples();
const isLeftOut = samples.length === 0 && process.env['HEDDLE_PEERS'] !== 'required';

/** The lines that `after` has and `before` has not; fails when there is any other difference, a line moved included. */
function addedLines(before: string, after: string): string[] {
  const old = before.split('\n');
  const now = after.split('\n');
  let start = 0;
  while (start < old.length && old[start] === now[start]) start += 1;
  const rest = old.length - start;
  const end = now.length - rest;
  expect(now.slice(end)).toEqual(old.slice(start));
  return now.slice(start, end);
}

/** The editor of a draft as a hand uses it. */
class Draft {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Begins a draft from a pasted text. */
  async paste(text: string): Promise<void> {
    const again = this.#page.getByRole('button', { name: 'Start again', exact: true });
    if ((await again.count()) > 0) await again.click();
    await this.#page.getByLabel(/^From pasted YAML/).fill(text);
    await this.#page.getByRole('button', { name: 'Use the pasted YAML' }).click();
    await this.#page.getByTestId('draft-editor').waitFor();
  }

  tabs(): Promise<number> {
    return this.#page.getByRole('tab').count();
  }

  async open(index: number): Promise<void> {
    await this.#page.getByRole('tab').nth(index).click();
  }

  async view(name: 'Form' | 'YAML'): Promise<void> {
    await this.#page.getByRole('group', { name: 'View', exact: true }).getByRole('button', { name, exact: true }).click();
  }

  /** The whole text, selected and copied: the editor draws only the lines in sight. */
  async copyYaml(): Promise<string> {
    await this.view('YAML');
    const content = this.#page.getByTestId('yaml-editor').locator('.cm-content');
    await content.focus();
    await content.press('ControlOrMeta+a');
    await content.press('ControlOrMeta+c');
    return this.#page.evaluate<string>('navigator.clipboard.readText()');
  }

  /** Gives the object one label more, in the form. */
  async addLabel(key: string, value: string): Promise<void> {
    await this.view('Form');
    const labels = this.#page.locator('[data-path="metadata.labels"]').first();
    const adder = labels.getByLabel('Add entry to labels', { exact: true });
    await adder.fill(key);
    await adder.press('Enter');
    await labels.getByLabel(key, { exact: true }).fill(value);
  }

  /** Takes a label out again, or all of them. */
  async removeLabel(key: string | undefined): Promise<void> {
    await this.view('Form');
    const labels = this.#page.locator('[data-path="metadata.labels"]').first();
    await labels.getByRole('button', { name: `Remove ${key ?? 'labels'}`, exact: true }).click();
  }
}

describe.skipIf(isLeftOut)(
  `Istio's samples come back from the form as they were${isLeftOut ? " (skipped: no Istio's samples)" : ''}`,
  () => {
    let stop: () => Promise<void>;
    let close: () => Promise<void>;
    let draft: Draft;

    beforeAll(async () => {
      process.env['HEDDLE_E2E_RPS'] ??= '5';
      stop = await startDemo();
      const opened = await openPage();
      close = opened.close;
      draft = new Draft(opened.page);
      const origin = readRun().console;
      await opened.page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin });
      await opened.page.goto(`${origin}/config/new`);
    }, 240_000);
    afterAll(async () => {
      await close();
      await stop();
    });

    it('are there', () => {
      expect(samples.length).toBeGreaterThan(40);
    });

    it.each(samples.map((sample) => [sample.name, sample] as const))('%s', async (_name, { text, documents }) => {
      await draft.paste(text);
      expect(await draft.tabs()).toBe(documents.length);
      for (const [index, document] of documents.entries()) {
        if (!document.hasForm) continue;
        await draft.open(index);
        const pasted = await draft.copyYaml();
        expect(pasted.trim()).toBe(document.text);

        await draft.addLabel('round-trip', 'made');
        const edited = await draft.copyYaml();
        const object = parse(pasted) as KubernetesObject;
        const { labels } = object.metadata;
        const added = addedLines(pasted, edited).map((line) => line.trim());
        // In the quotes of the empty value that every new label begins with.
        expect(added).toEqual([...(labels === undefined ? ['labels:'] : []), 'round-trip: "made"']);
        expect(parse(edited)).toEqual({ ...object, metadata: { ...object.metadata, labels: { ...labels, 'round-trip': 'made' } } });

        await draft.removeLabel(labels === undefined ? undefined : 'round-trip');
        expect(await draft.copyYaml()).toBe(pasted);
      }
    });
  },
);
