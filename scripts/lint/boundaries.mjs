// Who may import whom (ARCHITECTURE.md "Rooms"). One table; the lint rule `heddle/boundaries` below reads it,
// and `boundaries.test.ts` plants a forbidden import for every line of it.

/** Rooms of `lib/` from the bottom up: a room may import rooms of lower levels, and no other of its own level unless named. */
export const libLevels = [
  ['errors', 'format', 'i18n', 'yaml'],
  ['model', 'xds', 'kinds', 'stats'],
  ['promql', 'traces'],
  ['routing', 'pilot', 'traffic'],
  ['simulate', 'starts', 'validate', 'rollout', 'health'],
  ['graph'],
  ['graph-view'],
  ['contract'],
];

/** Rooms outside `lib/`: longest prefix wins. `allow` holds prefixes; `node` says whether Node's modules may be used. */
export const rooms = [
  { path: 'app/api', allow: ['server/console', 'lib'], node: true },
  { path: 'app/healthz', allow: ['server/console', 'lib'], node: true },
  { path: 'app/metrics', allow: ['server/console', 'lib'], node: true },
  { path: 'app', allow: ['components', 'lib'], node: false },
  { path: 'components/ui', allow: ['lib'], node: false },
  { path: 'components/charts', allow: ['lib', 'components/ui'], node: false },
  { path: 'components/canvas', allow: ['lib', 'components/ui'], node: false },
  { path: 'components/data', allow: ['lib'], node: false },
  { path: 'components/change', allow: ['lib', 'components/ui', 'components/data'], node: false },
  { path: 'components/editor', allow: ['lib', 'components/ui', 'components/data', 'components/change'], node: false },
  {
    path: 'components',
    feature: true,
    allow: [
      'lib',
      'components/ui',
      'components/charts',
      'components/canvas',
      'components/data',
      'components/change',
      'components/editor',
      'components/shell',
    ],
    node: false,
  },
  { path: 'server/console', allow: ['server/sources', 'server/kube', 'server/config', 'lib'], node: true },
  { path: 'server/sources', allow: ['server/kube', 'lib'], node: true },
  { path: 'server/kube', allow: ['lib'], node: true },
  { path: 'server/config', allow: ['lib'], node: true },
  { path: 'server/mesh', feature: true, allow: ['server/kube', 'server/config', 'lib'], node: true },
  { path: 'server/cli', allow: ['server', 'lib'], doorsOnly: true, node: true },
  { path: 'lib', node: false },
  { path: 'instrumentation.ts', allow: ['server/console', 'server/config'], node: true },
  { path: 'proxy.ts', allow: ['lib', 'server/config'], node: true },
  { path: 'e2e', allow: ['lib'], node: true },
  { path: 'bench', allow: ['server', 'lib', 'components'], node: true },
  { path: 'scripts', allow: ['lib', 'server'], node: true },
];

const under = (path, prefix) => path === prefix || path.startsWith(`${prefix}/`) || path === `${prefix}.ts`;
const roomOf = (path) => rooms.filter((room) => under(path, room.path)).toSorted((a, b) => b.path.length - a.path.length)[0];
const levelOf = (room) => libLevels.findIndex((level) => level.includes(room));

/** The folder whose inside is private: `lib/routing`, `server/mesh/proxy`, `components/graph`, `server/console`, `app`. */
export function houseOf(path) {
  const parts = path.split('/');
  if (parts[0] === 'server' && parts[1] === 'mesh') return parts.slice(0, 3).join('/');
  if (parts[0] === 'lib' || parts[0] === 'server' || parts[0] === 'components') return parts.slice(0, 2).join('/');
  if (parts[0] === 'app' && parts[1] === 'api') return 'app/api';
  return parts[0];
}

/**
 * Why the import is refused, or undefined when it is allowed. Paths are relative to the root, without a leading slash.
 * @param {string} from the importing file
 * @param {string} to the imported path, e.g. `lib/routing` or `lib/routing/decide`
 * @returns {string | undefined}
 */
export function refuseImport(from, to) {
  const fromHouse = houseOf(from);
  const toHouse = houseOf(to);
  if (fromHouse === toHouse) return undefined;
  const top = to.split('/')[0];
  if (!['app', 'components', 'server', 'lib', 'e2e', 'bench', 'scripts'].includes(top)) return undefined;
  const isTest = /\.(test|bench)\.tsx?$/.test(from);
  if (fromHouse.startsWith('lib/')) {
    if (top !== 'lib') return `lib is pure: it may not import ${top}. Pass what it needs as an argument.`;
    const fromLevel = levelOf(from.split('/')[1]);
    const toLevel = levelOf(to.split('/')[1]);
    if (fromLevel === -1 || toLevel === -1)
      return `Name the level of ${fromLevel === -1 ? fromHouse : toHouse} in scripts/lint/boundaries.mjs.`;
    if (toLevel >= fromLevel && !isTest)
      return `${fromHouse} may only import rooms below it; ${toHouse} is not (scripts/lint/boundaries.mjs, libLevels).`;
  } else {
    const room = roomOf(from);
    if (!room) return `Name the room of ${from} in scripts/lint/boundaries.mjs.`;
    if (!room.allow.some((prefix) => under(to, prefix)))
      return `${room.path} may not import ${toHouse}. It may import: ${room.allow.join(', ')}.`;
  }
  const inside = to.slice(toHouse.length + 1);
  const doorPerFile =
    toHouse.startsWith('components/') || toHouse === 'lib/i18n' || toHouse === 'lib/kinds' || (isTest && toHouse === 'lib/xds');
  if (inside !== '' && inside !== 'index' && !doorPerFile && !(toHouse.startsWith('server/mesh') && under(from, 'bench')))
    return `Use the door: import '@/${toHouse}', not what is behind it.`;
  return undefined;
}

/** Whether a file may import Node's own modules. Tests may everywhere. */
export function mayUseNode(from) {
  return /\.(test|bench)\.tsx?$/.test(from) || (roomOf(from)?.node ?? true);
}
