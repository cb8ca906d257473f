/** One kind of visitor: who they are to the application, and what they ask for. */
export interface Persona {
  name: string;
  /** Share of all requests; the shares need not sum to 1. */
  weight: number;
  userAgent: string;
  /** Signs in under this name first, so that the shop sends `end-user` on. */
  user?: string;
  paths: readonly { path: string; weight: number }[];
}

const desktop = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';
const mobile = 'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36';

const page = { path: '/productpage', weight: 8 };

export const personas: readonly Persona[] = [
  { name: 'visitor', weight: 5, userAgent: desktop, paths: [page, { path: '/api/v1/products', weight: 1 }] },
  { name: 'mobile', weight: 3, userAgent: mobile, paths: [page, { path: '/api/v1/products/0/reviews', weight: 1 }] },
  { name: 'jason', weight: 1, userAgent: desktop, user: 'jason', paths: [page] },
  { name: 'anna', weight: 1, userAgent: mobile, user: 'anna', paths: [page, { path: '/api/v1/products/0/ratings', weight: 1 }] },
];

/** The entry that a number in [0, 1) falls on, by weight. */
export function pickWeighted<T extends { weight: number }>(entries: readonly [T, ...T[]], random: number): T {
  let rest = random * entries.reduce((sum, entry) => sum + entry.weight, 0);
  for (const entry of entries) {
    rest -= entry.weight;
    if (rest < 0) return entry;
  }
  return entries[0];
}
