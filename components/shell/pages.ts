import { type LucideIcon, FileCode2, History, LayoutGrid, Route, ScrollText, Share2 } from 'lucide-react';

/** The pages of the rail, in its order. `key` is the letter after `g`. Only pages that exist are here. */
export const pages = [
  { id: 'overview', path: '/', key: 'o', icon: LayoutGrid },
  { id: 'graph', path: '/graph', key: 'g', icon: Share2 },
  { id: 'services', path: '/services', key: 's', icon: Route },
  { id: 'traces', path: '/traces', key: 't', icon: ScrollText },
  { id: 'config', path: '/config', key: 'c', icon: FileCode2 },
  { id: 'history', path: '/history', key: 'h', icon: History },
] as const satisfies readonly { id: string; path: string; key: string; icon: LucideIcon }[];

/** Whether a path belongs to a page of the rail. */
export function isOn(path: string, page: { path: string }): boolean {
  return page.path === '/' ? path === '/' : path === page.path || path.startsWith(`${page.path}/`);
}
