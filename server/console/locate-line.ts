import { LineCounter, isNode, parseDocument } from 'yaml';

/** The line, counted from 1, of a field (`spec.http[1].timeout`) in a YAML text; `null` when the text does not have it. */
export function locateLine(yaml: string, path: string): number | null {
  const lines = new LineCounter();
  const document = parseDocument(yaml, { lineCounter: lines, prettyErrors: false });
  const steps = [...path.matchAll(/[^.[\]]+/g)].map(([step]) => (/^\d+$/.test(step) ? Number(step) : step));
  if (steps.length === 0) return 1;
  const node: unknown = document.getIn(steps, true);
  if (!isNode(node) || node.range === undefined || node.range === null) return null;
  // The value of a field may begin a line below its name.
  const parent: unknown = document.getIn(steps.slice(0, -1), true);
  const items =
    isNode(parent) && 'items' in parent ? (parent.items as { key?: { value?: unknown; range?: [number] }; value?: unknown }[]) : [];
  const key = items.find((one) => one.value === node)?.key?.range?.[0];
  return lines.linePos(key ?? node.range[0]).line;
}
