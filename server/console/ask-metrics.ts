import type { Notice, QueryWhy } from '@/lib/contract';
import { isHeddleError } from '@/lib/errors';
import type { PlannedQuery, Sample } from '@/lib/graph';
import type { Line, Prometheus } from '@/server/sources';

/** Answers by name (`null`: that one failed), what failed, and the "why" of each. */
export interface Measured<Answer> {
  answers: Record<string, Answer[] | null>;
  notices: Notice[];
  queries: Record<string, QueryWhy>;
}

/** What was answered of some queries, and what failed. */
export type Part<Answer> = Pick<Measured<Answer>, 'answers' | 'notices'>;

/** Answers to one question asked in parts. What one part lacks, the whole lacks; a failure is told once. */
export function joinParts<Answer>(parts: readonly Part<Answer>[]): Part<Answer> {
  const answers: Part<Answer>['answers'] = {};
  for (const part of parts)
    for (const [name, rows] of Object.entries(part.answers)) {
      const before = answers[name];
      answers[name] = rows === null || before === null ? null : [...(before ?? []), ...rows];
    }
  const notices = parts.flatMap((part) => part.notices);
  return { answers, notices: notices.filter((one, index) => notices.findIndex(({ source }) => source === one.source) === index) };
}

/** A failure as a part of an answer. Anything unexpected stays an exception. */
export function noticeOf(source: string, error: unknown): Notice {
  if (!isHeddleError(error)) throw error;
  return { source, code: error.code, message: error.message };
}

async function askEach<Answer>(
  prometheus: Prometheus | null,
  plan: Readonly<Record<string, PlannedQuery>>,
  ask: (prometheus: Prometheus, promql: string) => Promise<Answer[]>,
): Promise<Measured<Answer>> {
  const measured: Measured<Answer> = { answers: {}, notices: [], queries: {} };
  if (prometheus === null) {
    for (const name of Object.keys(plan)) measured.answers[name] = null;
    measured.notices.push({
      source: 'prometheus',
      code: 'source_unavailable',
      message: 'No Prometheus is configured: rates and latencies are missing.',
    });
    return measured;
  }
  await Promise.all(
    Object.entries(plan).map(async ([name, query]) => {
      measured.queries[name] = { ...query, source: prometheus.url };
      try {
        measured.answers[name] = await ask(prometheus, query.promql);
      } catch (error) {
        measured.answers[name] = null;
        measured.notices.push(noticeOf(`prometheus/${name}`, error));
      }
    }),
  );
  return measured;
}

/** Asks for values at a moment, all in parallel; a failed one does not fail the others. */
export function askInstant(
  prometheus: Prometheus | null,
  plan: Readonly<Record<string, PlannedQuery>>,
  atMs: number,
): Promise<Measured<Sample>> {
  return askEach(prometheus, plan, (source, promql) => source.instant(promql, atMs));
}

/** The same over a stretch of time. */
export function askRange(
  prometheus: Prometheus | null,
  plan: Readonly<Record<string, PlannedQuery>>,
  range: { startMs: number; endMs: number; stepSeconds: number },
): Promise<Measured<Line>> {
  return askEach(prometheus, plan, (source, promql) => source.range(promql, range));
}

/** A PromQL string literal. */
export function promString(text: string): string {
  return JSON.stringify(text);
}
