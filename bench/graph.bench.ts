/**
 * How the graph page runs in a browser, on generated meshes: time to the picture, blocks of the main thread, frames while panning, refresh,
 * find and hide. Needs a built console: `npm run build`, then `npm run bench -- graph`. With HEDDLE_BENCH_CONSOLE=URL it measures a console
 * that runs already. Sizes of one's own: `npm run bench -- graph --nodes 2000 --edges 6000 --seed 3`; `--screens DIR` keeps pictures.
 * Each case is opened on several new pages (`--pages`, 3), and the median counts: browser, server and this program share the cores, and what
 * they take from each other at one moment says nothing of the page. The least and the most are told too.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser } from '@playwright/test';
import { generateTopology } from '@/lib/graph-view';
import { framesWhile, openGraph, panAndZoom, taskSeconds, untilShown, watchScript } from './graph/measure-page';
import { serveTopology } from './graph/serve-topology';
import type { TopologyServer } from './graph/serve-topology';
import { UnwatchedBrowser } from './graph/open-unwatched';
import { launchChromium } from './launch-chromium';
import { startConsole } from './start-console';

interface Case {
  nodes: number;
  edges: number;
  goals: Record<string, number>;
}

const cases: Case[] = [
  { nodes: 800, edges: 1_200, goals: { painted: 3_000, longest: 100 } },
  {
    nodes: 1_000,
    edges: 5_000,
    goals: { painted: 4_000, longest: 150, frame: 33, refresh: 50, moved: 0, hide: 100, unhide: 100, find: 100 },
  },
  { nodes: 5_000, edges: 10_000, goals: { painted: 4_000, frame: 50, expand: 500 } },
];
/** A pause of the hand that the fields wait for before they search. */
const typingMs = 180;
const firstLoadKb = 250;
/** So long the processes of the page before are given to end. */
const settleMs = 1_500;

const { values } = parseArgs({
  options: {
    nodes: { type: 'string' },
    edges: { type: 'string' },
    seed: { type: 'string' },
    screens: { type: 'string' },
    pages: { type: 'string' },
  },
  allowPositionals: true,
});
const seed = Number(values.seed ?? 1);
const pages = Number(values.pages ?? 3);
const wanted: Case[] =
  values.nodes === undefined
    ? cases
    : [{ nodes: Number(values.nodes), edges: Number(values.edges ?? Number(values.nodes) * 2), goals: {} }];

let failed = 0;

type Measured = Record<string, number>;

/** What is told of each case, in this order. */
const told: { key: string; name: string; unit: string; goal?: number }[] = [
  { key: 'painted', name: 'navigation to painted', unit: 'ms' },
  { key: 'longest', name: 'longest block of the main thread', unit: 'ms' },
  { key: 'firstLoad', name: 'first-load JavaScript, gzip', unit: 'KB', goal: firstLoadKb },
  { key: 'lazy', name: 'loaded on demand, gzip', unit: 'KB' },
  { key: 'frame', name: 'pan and zoom, p95 of frames', unit: 'ms' },
  { key: 'refresh', name: 'refresh of 5 %: main thread', unit: 'ms' },
  { key: 'moved', name: 'refresh: nodes that moved', unit: '' },
  { key: 'find', name: 'find', unit: 'ms' },
  { key: 'hide', name: 'hide', unit: 'ms' },
  { key: 'unhide', name: 'unhide', unit: 'ms' },
  { key: 'expand', name: 'open one box', unit: 'ms' },
];

const say = (value: number): string => (value !== 0 && Math.abs(value) < 10 ? value.toFixed(1) : String(Math.round(value)));

function report(rounds: readonly Measured[], goals: Readonly<Record<string, number>>): void {
  for (const { key, name, unit, goal: general } of told) {
    const sorted = rounds.map((round) => round[key] ?? Number.NaN).toSorted((one, other) => one - other);
    const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
    if (Number.isNaN(median)) continue;
    const goal = goals[key] ?? general;
    if (goal !== undefined && median > goal) failed += 1;
    const verdict = goal === undefined ? '' : `goal ≤ ${goal}: ${median <= goal ? 'met' : 'MISSED'}`;
    const range = `${say(sorted[0] ?? 0)}…${say(sorted.at(-1) ?? 0)}`;
    process.stdout.write(`  ${name.padEnd(34)} ${`${say(median)} ${unit}`.padStart(9)}  ${range.padStart(11)}  ${verdict}\n`);
  }
}

/** From the address to the picture. */
async function measureStart(browser: UnwatchedBrowser, server: TopologyServer): Promise<Measured> {
  const { paintedMs, tasks } = await browser.load(`${server.url}/graph`);
  const longest = tasks.toSorted((one, other) => other.took - one.took);
  const list = longest.slice(0, 3).map(({ at, took }) => `${Math.round(took)}@${Math.round(at)}`);
  process.stdout.write(`    tasks of more than 50 ms (ms@start): ${list.join(' ') || 'none'}\n`);
  return { painted: paintedMs, longest: longest[0]?.took ?? 0 };
}

/** What is done with the picture then. */
async function measureWork(browser: Browser, server: TopologyServer, { nodes, goals }: Case): Promise<Measured> {
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, reducedMotion: 'reduce', bypassCSP: true });
  const page = await context.newPage();
  await page.addInitScript(watchScript);
  page.on('pageerror', (error) => process.stdout.write(`  page error: ${error.message}\n`));
  const session = await context.newCDPSession(page);
  await session.send('Performance.enable');
  const opened = await openGraph(page, `${server.url}/graph`);
  const measured: Measured = { firstLoad: opened.firstLoadKb, lazy: opened.lazyKb };
  if (values.screens !== undefined) {
    mkdirSync(values.screens, { recursive: true });
    await page.screenshot({ path: path.join(values.screens, `graph-${nodes}.png`) });
  }
  measured['frame'] = await framesWhile(page, () => panAndZoom(page));
  await page.getByRole('button', { name: 'Fit to the window' }).click();
  await page.waitForTimeout(400);

  const places = (): Promise<string> =>
    page.evaluate(`Object.entries(localStorage).filter(([key]) => key.startsWith('heddle.positions')).map(([, value]) => value).join()`);
  await page.waitForTimeout(600);
  const before = await places();
  const idleStart = await taskSeconds(session);
  await page.waitForTimeout(600);
  const idle = (await taskSeconds(session)) - idleStart;
  const busyStart = await taskSeconds(session);
  server.change(0.05);
  await page.waitForTimeout(600);
  measured['refresh'] = Math.max(0, (await taskSeconds(session)) - busyStart - idle) * 1_000;
  await page.waitForTimeout(800);
  measured['moved'] = (await places()) === before ? 0 : 1;

  const find = page.getByRole('combobox', { name: 'Find' });
  const hide = page.getByRole('combobox', { name: 'Hide' });
  measured['find'] = (await untilShown(page, () => find.fill('errors > 1'))) - typingMs;
  await find.fill('');
  await page.waitForTimeout(600);
  measured['hide'] = (await untilShown(page, () => hide.fill('name ^= web'))) - typingMs;
  await page.waitForTimeout(400);
  measured['unhide'] = (await untilShown(page, () => hide.fill(''))) - typingMs;
  if (goals['expand'] !== undefined) {
    await page.keyboard.press('Escape');
    const canvas = page.getByTestId('graph-canvas');
    await canvas.focus();
    await page.keyboard.press('Home');
    await page.waitForTimeout(400);
    await page.keyboard.press('ArrowRight');
    await page.waitForTimeout(800);
    const started = await page.evaluate<number>('performance.now()');
    await untilShown(page, () => page.keyboard.press('Enter'));
    measured['expand'] = (await page.evaluate<number>('window.heddleBench.shown')) - started;
    if (values.screens !== undefined) await page.screenshot({ path: path.join(values.screens, `graph-${nodes}-open.png`) });
  }
  await context.close();
  return measured;
}

/** The processes of the page before come to their end. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, settleMs));

async function repeat(measure: () => Promise<Measured>): Promise<Measured[]> {
  const rounds: Measured[] = [];
  for (let page = 0; page < pages; page += 1) {
    rounds.push(await measure());
    await settle();
  }
  return rounds;
}

/** One browser at a time: the starts of all cases first, then the work. */
async function runCases(server: TopologyServer): Promise<void> {
  const show = ({ nodes, edges }: Pick<Case, 'nodes' | 'edges'>): void => {
    process.stdout.write(`${nodes} nodes, ${edges} edges\n`);
    server.show(generateTopology({ nodes, edges, seed }));
  };
  const starts: Measured[][] = [];
  const unwatched = await UnwatchedBrowser.launch();
  try {
    // What a browser and a console do once in their lives (search for fonts, load code) is not the page's.
    server.show(generateTopology({ nodes: 10, edges: 20, seed }));
    await unwatched.load(`${server.url}/graph`);
    for (const one of wanted) {
      show(one);
      starts.push(await repeat(() => measureStart(unwatched, server)));
    }
  } finally {
    await unwatched.close();
  }
  const driven = await launchChromium();
  try {
    for (const [at, one] of wanted.entries()) {
      show(one);
      const work = await repeat(() => measureWork(driven, server, one));
      report(
        work.map((round, page) => ({ ...starts[at]?.[page], ...round })),
        one.goals,
      );
    }
  } finally {
    await driven.close();
  }
}

const console_ = await startConsole();
const server = await serveTopology(console_.url);
try {
  await runCases(server);
} finally {
  server.close();
  console_.stop();
}
process.stdout.write(failed === 0 ? 'All goals met.\n' : `${failed} goals missed.\n`);
