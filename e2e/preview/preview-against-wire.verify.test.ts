import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ChangeResponse, ConvergenceResponse, PreviewResponse } from '@/lib/contract';
import { callConsole } from '../support/console-api';
import startDemo from '../support/start-demo';
import { wilson } from '../support/statistics';
import { differenceOf, foretold, readOutcomes } from './count-outcomes';
import type { Shares } from './count-outcomes';
import { drawRounds } from './draw-drafts';
import type { Draft } from './draw-drafts';

const drafts = Number(process.env['HEDDLE_WIRE_DRAFTS'] ?? 102);
const seed = Number(process.env['HEDDLE_WIRE_SEED'] ?? 1);
/** Two scrapes after every proxy has it, all counters are of the new configuration. */
const settleMs = 4_000;
const windowMs = 5_000;
/** Fewer requests tell nothing. */
const leastRequests = 20;

interface Tried {
  draft: Draft;
  preview: PreviewResponse;
  change: ChangeResponse['change'];
}

let stop: () => Promise<void>;
beforeAll(async () => {
  process.env['HEDDLE_E2E_RPS'] ??= '60';
  stop = await startDemo();
  // The sample of the preview is what it knows of the mesh: wait until traces and metrics tell of every caller.
  const deadline = Date.now() + 90_000;
  for (;;) {
    const draft = drawRounds(3, seed)[0] ?? [];
    const previews = await Promise.all(draft.map(({ objects }) => callConsole<PreviewResponse>('preview', { objects })));
    if (previews.every((one) => (one.coverage.share ?? 0) > 0.9)) break;
    if (Date.now() > deadline) throw new Error('The sample never covered the traffic.');
    await sleep(2_000);
  }
}, 240_000);
afterAll(() => stop());

async function everywhere(id: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const { proxies } = await callConsole<ConvergenceResponse>(`changes/${id}/convergence`);
    if (proxies.total > 0 && proxies.have === proxies.total) return;
    if (Date.now() > deadline) throw new Error(`Change ${id} did not reach every proxy.`);
    await sleep(250);
  }
}

async function tryDraft(draft: Draft): Promise<Tried> {
  const preview = await callConsole<PreviewResponse>('preview', { objects: draft.objects });
  const { change } = await callConsole<ChangeResponse>('changes', { objects: draft.objects, reason: 'preview against wire' });
  return { draft, preview, change };
}

/** Outcomes whose share is not in the interval of what was counted; one line each. */
function disagreements(said: Shares, counted: ReadonlyMap<string, number>): string[] {
  const total = [...counted.values()].reduce((sum, one) => sum + one, 0);
  return [...new Set([...said.keys(), ...counted.keys()])].flatMap((name) => {
    const share = said.get(name) ?? 0;
    const seen = counted.get(name) ?? 0;
    const { low, high } = wilson(seen, total);
    const agrees = share >= low - 1e-9 && share <= high + 1e-9;
    return agrees ? [] : [`${name}: said ${(share * 100).toFixed(1)} %, seen ${seen} of ${total}`];
  });
}

it(`what the preview of ${drafts} drafts said and what the counters then showed agree`, { timeout: 900_000 }, async () => {
  let compared = 0;
  let judged = 0;
  let requests = 0;
  const failures: string[] = [];
  for (const round of drawRounds(drafts, seed)) {
    const tried = await Promise.all(round.map(tryDraft));
    await Promise.all(tried.map(({ change }) => everywhere(change.id)));
    await sleep(settleMs);
    const before = await readOutcomes();
    await sleep(windowMs);
    const happened = differenceOf(before, await readOutcomes());
    for (const { draft, preview } of tried) {
      judged += 1;
      for (const [edge, said] of foretold(preview.changes, draft.service)) {
        const counted = happened.get(edge) ?? new Map<string, number>();
        const total = [...counted.values()].reduce((sum, one) => sum + one, 0);
        if (total < leastRequests) continue;
        compared += 1;
        requests += total;
        const wrong = disagreements(said, counted);
        if (wrong.length > 0) failures.push(`${draft.title} on ${edge}: ${wrong.join('; ')}`);
      }
    }
    await Promise.all(tried.map(({ change }) => callConsole(`changes/${change.id}/undo`, {})));
  }
  console.log(`preview against wire: ${judged} drafts, ${compared} comparisons, ${requests} requests, ${failures.length} disagreements`);
  for (const one of failures) console.log(`  ${one}`);
  expect(compared).toBeGreaterThan(judged / 2);
  expect(failures).toEqual([]);
});
