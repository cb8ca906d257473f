import { readYaml } from './yaml-source';

/** The documents of a text, each with its own comments; joined by `joinDocuments` they are the text again but for empty documents. */
export function splitDocuments(text: string): string[] {
  const { documents } = readYaml(text);
  const cuts = documents.map((document) => document.range?.[0] ?? 0);
  return cuts
    .map((from, index) => text.slice(index === 0 ? 0 : from, cuts[index + 1] ?? text.length))
    .map((one) => one.replace(/^---[ \t]*(?:\n|$)/, '').replace(/(^|\n)(?:---|\.\.\.)[ \t]*\n?$/, '$1'))
    .filter((one) => one.trim() !== '');
}

/** Documents as one text. */
export function joinDocuments(documents: readonly string[]): string {
  return documents.map((one) => (one === '' || one.endsWith('\n') ? one : `${one}\n`)).join('---\n');
}
