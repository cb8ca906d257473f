import type { Change } from '@/lib/contract';

function download(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/** The shown changes as the API has them. */
export function exportJson(changes: readonly Change[]): void {
  download('heddle-history.json', 'application/json', `${JSON.stringify(changes, null, 2)}\n`);
}

/** What each change made of its objects, oldest first, as documents that Git and kubectl take; deletions stand as comments. */
export function historyYaml(changes: readonly Change[]): string {
  const documents = changes.toReversed().flatMap((change) =>
    change.documents.map((document) => {
      const what = change.sentences.map((one) => one.text).join(' ');
      const head = [
        `# ${change.at} ${change.by}${change.reason === undefined ? '' : `: ${change.reason.replaceAll('\n', ' ')}`}`,
        `# ${what}`,
      ];
      const { kind, namespace, name } = document.ref;
      return `${head.join('\n')}\n${document.after ?? `# deleted: ${kind} ${namespace}/${name}\n`}`;
    }),
  );
  return documents.join('---\n');
}

export function exportYaml(changes: readonly Change[]): void {
  download('heddle-history.yaml', 'application/yaml', historyYaml(changes));
}
