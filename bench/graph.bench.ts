/**
 * How the graph page runs in a browser, on generated meshes: time to the picture, blocks of the main thread, frames while panning, refresh,
 * find and hide. Needs a built console: `npm run build`, then `npm run bench -- graph`. With HEDDLE_BENCH_CONSOLE=URL it measures a console
 * that runs already. Sizes of one's own: `npm run bench -- graph --nodes 2000 --edges 6000 --seed 3`; `--screens DIR` keeps pictures.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser } from '@playwright/test';
import { generateTopology } from '@/lib/graph-view';
import { framesWhile, openGraph, panAndZoom, taskSeconds, untilShown, watchScript } from './graph/measure-page';
import { serveTopology } from './graph/serve-topology';
import type { TopologyServer } from './graph/serve-topology';
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

const { values } = parseArgs({
  options: { nodes: { type: 'string' }, edges: { type: 'string' }, seed: { type: 'string' }, screens: { type: 'string' } },
  allowPositionals: true,
});
const seed = Number(values.seed ?? 1);
const wanted: Case[] =
  values.nodes === undefined
    ? cases
    : [{ nodes: Number(values.nodes), edges: Number(values.edges ?? Number(values.nodes) * 2), goals: {} }];

let failed = 0;

function report(name: string, value: number, unit: string, goal: number | undefined): void {
  const text = `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`;
  const verdict = goal === undefined ? '' : value <= goal ? `goal ≤ ${goal}: met` : `goal ≤ ${goal}: MISSED`;
  if (goal !== undefined && value > goal) failed += 1;
  process.stdout.write(`  ${name.padEnd(42)} ${text.padStart(10)}  ${verdict}\n`);
}

async function runCase(browser: Browser, server: TopologyServer, { nodes, edges, goals }: Case): Promise<void> {
  process.stdout.write(`${nodes} nodes, ${edges} edges\n`);
  server.show(generateTopology({ nodes, edges, seed }));
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, reducedMotion: 'reduce', bypassCSP: true });
  const page = await context.newPage();
  await page.addInitScript(watchScript);
  page.on('pageerror', (error) => process.stdout.write(`  page error: ${error.message}\n`));
  const session = await context.newCDPSession(page);
  await session.send('Performance.enable');
  const opened = await openGraph(page, session, `${server.url}/graph`);
  report('navigation to painted', opened.paintedMs, 'ms', goals['painted']);
  report('longest block of the main thread', opened.longestMs, 'ms', goals['longest']);
  process.stdout.write(`    longest tasks (ms@start): ${opened.longest}\n`);
  report('first-load JavaScript, gzip', opened.scriptKb, 'KB', firstLoadKb);
  report('loaded on demand, gzip', opened.lazyKb, 'KB', undefined);
  if (values.screens !== undefined) {
    mkdirSync(values.screens, { recursive: true });
    await page.screenshot({ path: path.join(values.screens, `graph-${nodes}.png`) });
  }
  report('pan and zoom, p95 of frames', await framesWhile(page, () => panAndZoom(page)), 'ms', goals['frame']);
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
  report('refresh of 5 %: main thread', Math.max(0, (await taskSeconds(session)) - busyStart - idle) * 1_000, 'ms', goals['refresh']);
  await page.waitForTimeout(800);
  report('refresh: nodes that moved', (await places()) === before ? 0 : 1, '', goals['moved']);

  const find = page.getByRole('combobox', { name: 'Find' });
  const hide = page.getByRole('combobox', { name: 'Hide' });
  report('find', (await untilShown(page, () => find.fill('errors > 1'))) - typingMs, 'ms', goals['find']);
  await find.fill('');
  await page.waitForTimeout(600);
  report('hide', (await untilShown(page, () => hide.fill('name ^= web'))) - typingMs, 'ms', goals['hide']);
  await page.waitForTimeout(400);
  report('unhide', (await untilShown(page, () => hide.fill(''))) - typingMs, 'ms', goals['unhide']);
  if (goals['expand'] !== undefined) {
    await page.keyboard.press('Escape');
    const canvas = page.getByTestId('graph-canvas');
    await canvas.focus();
    await page.keyboard.press('Home');
    await page.waitForTimeout(400);
    await page.keyboard.press('ArrowRight');
    await page.waitForTimeout(800);
    const started = await page.evaluate<number>('performance.now()');
    const shown = untilShown(page, () => page.keyboard.press('Enter'));
    await shown;
    const ended = await page.evaluate<number>('window.heddleBench.shown');
    report('open one box', ended - started, 'ms', goals['expand']);
    if (values.screens !== undefined) await page.screenshot({ path: path.join(values.screens, `graph-${nodes}-open.png`) });
  }
  await context.close();
}

const console_ = await startConsole();
const server = await serveTopology(console_.url);
const browser = await launchChromium();
try {
  for (const one of wanted) await runCase(browser, server, one);
} finally {
  await browser.close();
  server.close();
  console_.stop();
}
process.stdout.write(failed === 0 ? 'All goals met.\n' : `${failed} goals missed.\n`);
