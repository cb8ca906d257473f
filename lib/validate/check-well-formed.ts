import { meshKinds } from '@/lib/kinds';
import type { KindDefinition, KubernetesObject, RuleReport } from '@/lib/kinds';
import { isHeddleError } from '@/lib/errors';
import type { KubernetesResource } from '@/lib/model';
import { compileRegex } from '@/lib/routing';
import { kindOf } from './define-finding';
import { describeIssue } from './describe-issue';
import { pointerOf } from './finding';
import type { Finding } from './finding';
import { refusedByKind, unknownField, warnedByKind } from './findings/hed0106-well-formed';
import { makeFinding } from './make-finding';
import { findUnknownFields, sayUnknownField } from './unknown-fields';

const kinds = new Map<string, KindDefinition>(meshKinds.map((kind) => [`${kind.group}/${kind.kind}`, kind]));

/** What the schema and the rules of an object's own kind say: what admission refuses, what it warns of, and fields nobody knows. */
export function checkWellFormed(object: KubernetesResource): Finding[] {
  const kind = kinds.get(kindOf(object));
  if (kind?.spec === undefined) return [];
  const spec: unknown = (object as KubernetesObject).spec ?? {};
  const findings: Finding[] = [];
  for (const { path, near } of findUnknownFields(kind.spec, spec, 'spec')) {
    const name = path.slice(Math.max(path.lastIndexOf('.'), path.lastIndexOf('[')) + 1);
    const target = near === undefined ? undefined : `${path.slice(0, path.length - name.length)}${near}`;
    const fix = target === undefined ? undefined : [{ op: 'move' as const, from: pointerOf(path), path: pointerOf(target) }];
    findings.push(makeFinding(unknownField, object, path, sayUnknownField({ path, near }), { fix }));
  }
  const refuse = (path: string, message: string) => findings.push(makeFinding(refusedByKind, object, path, message));
  const parsed = kind.spec.safeParse(spec);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) for (const { path, message } of describeIssue(issue, spec, 'spec')) refuse(path, message);
    return findings;
  }
  const report: RuleReport = {
    error: refuse,
    warning: (path, message) => findings.push(makeFinding(warnedByKind, object, path, message)),
    regexProblem,
  };
  kind.rules?.({ ...object, spec } as KubernetesObject, report);
  return findings;
}

const regexProblems = new Map<string, string | undefined>();
const keptProblems = 5000;

/** Why a pattern is not RE2 syntax. Patterns repeat, and compiling one costs. */
function regexProblem(pattern: string): string | undefined {
  if (regexProblems.has(pattern)) return regexProblems.get(pattern);
  let problem: string | undefined;
  try {
    compileRegex(pattern);
  } catch (error) {
    problem = isHeddleError(error) ? `${error.message}${error.hint === undefined ? '' : ` ${error.hint}`}` : String(error);
  }
  if (regexProblems.size >= keptProblems) regexProblems.clear();
  regexProblems.set(pattern, problem);
  return problem;
}
