import type { Layout, Point } from './types';

/** A layout kept in the browser. Whole units are near enough, and half as long. */
interface StoredLayout {
  positions: [string, number, number][];
  bends: [string, Point[]][];
}

const mostBytes = 1_500_000;

/** The layout of a view as it was left; empty when there is none. */
export function loadLayout(key: string): Layout {
  try {
    const stored = JSON.parse(localStorage.getItem(key) ?? '{}') as Partial<StoredLayout>;
    return { positions: new Map(stored.positions?.map(([id, x, y]) => [id, { x, y }])), bends: new Map(stored.bends) };
  } catch {
    // What another version wrote is worth nothing here: lay out anew.
    return { positions: new Map(), bends: new Map() };
  }
}

/** Keeps a layout, when the browser has nothing better to do. */
export function storeLayout(key: string, layout: Layout): void {
  const idle = window.requestIdleCallback ?? ((work: () => void) => setTimeout(work, 200));
  idle(() => {
    const stored: StoredLayout = {
      positions: [...layout.positions].map(([id, { x, y }]) => [id, Math.round(x), Math.round(y)]),
      bends: [...layout.bends],
    };
    const text = JSON.stringify(stored);
    if (text.length > mostBytes) return;
    try {
      localStorage.setItem(key, text);
    } catch {
      // Full: other views' layouts are only a convenience.
      for (const other of Object.keys(localStorage))
        if (other.startsWith('heddle.positions.') && other !== key) localStorage.removeItem(other);
    }
  });
}
