/** A graph of the numbers 0..count-1: who calls whom. */
export interface Links {
  count: number;
  out: readonly (readonly number[])[];
  in: readonly (readonly number[])[];
}

/** Makes `Links` of pairs, each pair once, without loops. */
export function linksOf(count: number, pairs: Iterable<readonly [from: number, to: number]>): Links {
  const out = Array.from({ length: count }, () => new Set<number>());
  for (const [from, to] of pairs) if (from !== to) out[from]?.add(to);
  const into: number[][] = Array.from({ length: count }, () => []);
  out.forEach((targets, from) => {
    for (const to of targets) into[to]?.push(from);
  });
  return { count, out: out.map((targets) => [...targets]), in: into };
}

/**
 * The layer of each node: callers left of the called. Cycles are cut where a walk from the callers comes back on itself;
 * each node stands one right of its rightmost caller.
 */
export function assignLayers(links: Links): number[] {
  const state = new Uint8Array(links.count);
  const finished: number[] = [];
  const forward: number[][] = Array.from({ length: links.count }, () => []);
  const starts = Array.from({ length: links.count }, (_, index) => index).toSorted(
    (one, other) => (links.in[one]?.length ?? 0) - (links.in[other]?.length ?? 0) || one - other,
  );
  for (const start of starts) {
    if (state[start] !== 0) continue;
    state[start] = 1;
    // A walk of its own stack: a chain of 5,000 calls must not be 5,000 frames deep.
    const walk: { node: number; next: number }[] = [{ node: start, next: 0 }];
    for (let top = walk.at(-1); top !== undefined; top = walk.at(-1)) {
      const to = links.out[top.node]?.[top.next];
      top.next += 1;
      if (to === undefined) {
        state[top.node] = 2;
        finished.push(top.node);
        walk.pop();
      } else if (state[to] !== 1) {
        forward[top.node]?.push(to);
        if (state[to] === 0) {
          state[to] = 1;
          walk.push({ node: to, next: 0 });
        }
      }
    }
  }
  const layers = Array.from({ length: links.count }, () => 0);
  for (const node of finished.toReversed()) {
    for (const to of forward[node] ?? []) layers[to] = Math.max(layers[to] ?? 0, (layers[node] ?? 0) + 1);
  }
  // Who is called by nobody stands just left of the first it calls, not at the far left.
  for (const node of finished) {
    const targets = forward[node] ?? [];
    if ((links.in[node]?.length ?? 0) === 0 && targets.length > 0)
      layers[node] = Math.max(0, Math.min(...targets.map((to) => layers[to] ?? 0)) - 1);
  }
  return layers;
}

/** Nodes of each layer from top to bottom, so that few edges cross: every node near the middle of its neighbours, four times over. */
export function orderLayers(links: Links, layers: readonly number[]): number[][] {
  const rows: number[][] = [];
  layers.forEach((layer, node) => (rows[layer] ??= []).push(node));
  const filled = Array.from(rows, (row) => row ?? []);
  const place = new Float64Array(links.count);
  const number = (row: readonly number[]): void => row.forEach((node, index) => (place[node] = (index + 0.5) / row.length));
  for (const row of filled) number(row);
  for (let round = 0; round < 8; round += 1) {
    const down = round % 2 === 0;
    for (const row of down ? filled : filled.toReversed()) {
      const middle = new Map(
        row.map((node) => {
          const near = (down ? links.in[node] : links.out[node]) ?? [];
          const sum = near.reduce((total, other) => total + (place[other] ?? 0), 0);
          return [node, near.length === 0 ? (place[node] ?? 0) : sum / near.length];
        }),
      );
      row.sort((one, other) => (middle.get(one) ?? 0) - (middle.get(other) ?? 0) || one - other);
      number(row);
    }
  }
  return filled;
}

/**
 * Puts intervals of the given sizes, in their order, as near to where they want to be as they can without touching
 * (least squares by pooling neighbours). Gives the centres.
 */
export function spread(wanted: readonly number[], sizes: readonly number[], gap: number): number[] {
  // With the room before it taken off, "in order without touching" becomes "not falling".
  const before: number[] = [];
  let room = 0;
  sizes.forEach((size, index) => {
    before.push(room + size / 2);
    room += size + gap;
    if (index === sizes.length - 1) room -= gap;
  });
  const pools: { sum: number; count: number }[] = [];
  wanted.forEach((want, index) => {
    let pool = { sum: want - (before[index] ?? 0), count: 1 };
    for (let last = pools.at(-1); last !== undefined && last.sum / last.count >= pool.sum / pool.count; last = pools.at(-1)) {
      pools.pop();
      pool = { sum: pool.sum + last.sum, count: pool.count + last.count };
    }
    pools.push(pool);
  });
  return pools
    .flatMap(({ sum, count }) => Array.from({ length: count }, () => sum / count))
    .map((value, index) => value + (before[index] ?? 0));
}
