import type { FindingDefinition } from './define-finding';
import { unreadableDefinition } from './findings/hed0001-unreadable';
import { findingDefinitions } from './registry';

/** Where the page of a code is, below the root of the project. */
export function documentationOf(code: string): string {
  return `docs/findings/${code}.md`;
}

const everyDefinition: readonly FindingDefinition[] = [unreadableDefinition, ...findingDefinitions];

/** What documentation says about a code; `undefined` for a code that is none. */
export function findingDefinition(code: string): FindingDefinition | undefined {
  return everyDefinition.find((definition) => definition.code === code);
}

/** What is wrong, in a few words; empty for a code that is none. */
export function findingTitle(code: string): string {
  return findingDefinition(code)?.title ?? '';
}

/** The pages of docs/findings: file name to text. Made from the definitions, so that they cannot disagree. */
export function documentFindings(): Map<string, string> {
  const definitions = everyDefinition.toSorted((left, right) => (left.code < right.code ? -1 : 1));
  const pages = new Map(definitions.map((definition) => [`${definition.code}.md`, pageOf(definition)]));
  const rows = definitions.map(
    ({ code, severity, title, istio, kiali }) => `| [${code}](${code}.md) | ${severity} | ${title} | ${istio ?? ''} | ${kiali ?? ''} |`,
  );
  const head = `# Findings

What \`heddle validate\`, the editors, previews and the bundled mesh's admission say about objects. Made from \`lib/validate\`; do not edit.

| code | severity | finding | istioctl | Kiali |
| --- | --- | --- | --- | --- |
`;
  return pages.set('README.md', `${head}${rows.join('\n')}\n`);
}

function pageOf({ code, severity, title, cause, example, fix, istio, kiali, kinds }: FindingDefinition): string {
  const known = [istio === null ? undefined : `istioctl analyze: ${istio}`, kiali === null ? undefined : `Kiali: ${kiali}`].filter(
    (one) => one !== undefined,
  );
  const names = kinds.map((kind) => kind.slice(kind.indexOf('/') + 1)).join(', ');
  return `# ${code}: ${title}

${[severity, ...known].join(' · ')}${names === '' ? '' : `\n\nFound in: ${names}`}

## Cause

${cause}

## Example

\`\`\`yaml
${example}
\`\`\`

## Fix

${fix}
`;
}
