import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/istio-rules.md'), 'utf8');
const rooms = ['pilot', 'routing', 'simulate'];
const ending = '.scenario.yaml';

/** What the tables name in code marks, as paths from the root. */
const named = page
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .flatMap((line) => [...(line.split(' | ').at(-1) ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''))
  .map((name) => {
    const [room = '', file = ''] = name.split('/');
    return rooms.includes(room) ? `lib/${room}/testdata/${file}${ending}` : name;
  });

describe('docs/istio-rules.md', () => {
  it('names files that are there', () => {
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('names every scenario of the rooms that compile, decide and foretell', () => {
    const all = rooms.flatMap((room) =>
      readdirSync(join(root, `lib/${room}/testdata`))
        .filter((name) => name.endsWith(ending))
        .map((name) => `lib/${room}/testdata/${name}`),
    );
    expect(all.filter((path) => !named.includes(path))).toEqual([]);
  });

  it('gives every rule something that shows it', () => {
    const rows = page.split('\n').filter((line) => line.startsWith('| ') && !/^\| (rule|-)/.test(line));
    expect(rows.filter((row) => !/`[^`]+` *(, `[^`]+` *)*\|$/.test(row))).toEqual([]);
  });
});
