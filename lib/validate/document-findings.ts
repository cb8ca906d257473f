import type { FindingDefinition } from './define-finding';
import { unreadableDefinition } from './findings/hed0001-unreadable';
import { findingDefinitions } from './registry';

/** Where the page of a code is, below the root of the project. */
export function documentationOf(code: string): string {
  return `docs/findings/${code}.md`;
}

/** Codes of other tools that have no finding here, and why. */
const leftOut: readonly (readonly [codes: readonly string[], why: string])[] = [
  [
    ['KIA1301'],
    'A workload without an AuthorizationPolicy is a choice, not a fault (Kiali leaves it out by default, too). The page Security shows what every caller may do.',
  ],
  [['KIA1108'], 'Written `name.namespace`, a gateway is warned about as HED0133, in the words of the webhook.'],
  [['KIA1503'], 'Two equal listeners are refused by the CustomResourceDefinition itself: HED0106.'],
  [['IST0001'], 'An error of istioctl itself.'],
  [
    ['IST0139', 'IST0141', 'IST0142', 'IST0156', 'IST0172', 'IST0176'],
    'About the installation (webhooks, rights, versions of Kubernetes and of the CustomResourceDefinitions), not about the configuration.',
  ],
  [['IST0163', 'IST0164'], 'About the webhooks of an external control plane.'],
  [['IST0168', 'IST0169'], 'About an upgrade that is to come: istioctl asks its own release notes.'],
  [['IST0126'], 'About meshNetworks of several networks, which are not read.'],
  [['IST0140'], 'Ingress objects are not compiled.'],
  [['IST0143'], 'Needs a look into the running container: on which address it listens.'],
];

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
  const others = leftOut.map(([codes, why]) => `| ${codes.join(', ')} | ${why} |`);
  return pages.set('README.md', `${head}${rows.join('\n')}\n${tail}${others.join('\n')}\n`);
}

const tail = `
## What has no finding

| code of another tool | why |
| --- | --- |
`;

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
