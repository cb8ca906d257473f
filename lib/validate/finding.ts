/** What validation says about an object. The wire form is `finding` of `lib/contract`, with column and place of documentation added. */

export type Severity = 'error' | 'warning' | 'info';

/** Names an object; `namespace` is empty for kinds without namespaces. */
export interface ObjectName {
  kind: string;
  namespace: string;
  name: string;
}

/** One step of a JSON patch (RFC 6902) of the object the finding is about. */
export type PatchStep =
  | { op: 'add' | 'replace'; path: string; value: unknown }
  | { op: 'remove'; path: string }
  | { op: 'move'; from: string; path: string };

export interface Finding extends ObjectName {
  /** `HEDnnnn`; docs/findings has a page for each. */
  code: string;
  severity: Severity;
  /** `spec.http[0].route[1].weight`; empty for the whole object. */
  path: string;
  /** Line in the text the object was read from, counted from 1; `null` when it was not read from text. */
  line: number | null;
  message: string;
  /** The other objects a conflict is with. */
  related: ObjectName[];
  /** What `istioctl analyze` calls it. */
  istio: string | null;
  /** What Kiali calls it. */
  kiali: string | null;
  fix: PatchStep[] | null;
}

const rank: Record<Severity, number> = { error: 0, warning: 1, info: 2 };

/** Order of findings: by object, then errors before warnings, then by path. */
export function compareFindings(left: Finding, right: Finding): number {
  return (
    compareText(`${left.kind}/${left.namespace}/${left.name}`, `${right.kind}/${right.namespace}/${right.name}`) ||
    rank[left.severity] - rank[right.severity] ||
    compareText(left.path, right.path) ||
    compareText(left.code, right.code)
  );
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The parts of a path: `spec.http[0].headers["x.y"]` is spec, http, 0, headers, x.y. */
export function pathParts(path: string): (string | number)[] {
  const parts: (string | number)[] = [];
  const pattern = /\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|([^.[\]]+)/g;
  for (const match of path.matchAll(pattern)) {
    const [, index, quoted, plain] = match;
    if (index !== undefined) parts.push(Number(index));
    else if (quoted !== undefined) parts.push(JSON.parse(`"${quoted}"`) as string);
    else if (plain !== undefined) parts.push(plain);
  }
  return parts;
}

/** The JSON pointer of a path. */
export function pointerOf(path: string): string {
  return pathParts(path)
    .map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}
