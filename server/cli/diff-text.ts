import type { PreviewResponse } from '@/lib/contract';
import { formatPercent } from '@/lib/format';

/** The diff for people: what the change says, what it does to requests (worst first), findings, and how much was looked at. */
export function printDiff({ sentences, changes, findings, coverage, breaks, notices }: PreviewResponse): string {
  const lines: string[] = sentences.map((one) => one.text);
  lines.push('');
  if (changes.length === 0) lines.push(`None of ${coverage.compared} kinds of requests changes.`);
  for (const change of changes) {
    lines.push(`${change.breaks ? '✗' : '·'} ${change.sentence.text}`);
    for (const effect of change.effects) lines.push(`    ${effect.text}`);
    for (const part of change.after) if (part.reason !== undefined) lines.push(`    ${part.destination}: ${part.reason}`);
  }
  for (const finding of findings) {
    lines.push(
      `${finding.severity} ${finding.code} ${finding.kind} ${finding.namespace}/${finding.name} ${finding.path}: ${finding.message}`,
    );
  }
  lines.push(
    '',
    `Seen: ${coverage.requests} of ${coverage.total} requests of the last ${coverage.window} (${formatPercent(coverage.share)}).`,
  );
  if (coverage.untracedHeaders.length > 0) {
    lines.push(`No trace carries ${coverage.untracedHeaders.join(', ')}: how many requests have it is not known.`);
  }
  if (coverage.unknownCallers.length > 0) lines.push(`Not asked: ${coverage.unknownCallers.join(', ')}.`);
  for (const { source, message } of notices) lines.push(`${source}: ${message}`);
  if (breaks > 0)
    lines.push(`${breaks} ${breaks === 1 ? 'kind of request that works now would fail' : 'kinds of requests that work now would fail'}.`);
  return `${lines.join('\n').trim()}\n`;
}
