/**
 * Path normalisation as Envoy's `normalize_path`: unreserved characters are decoded, backslashes become slashes, dot segments go. Done before
 * routing and policies, so that `/admin/../public` cannot slip past a rule. Returns null when the path cannot be normalised.
 */
export function normalizePath(path: string, mergeSlashes: boolean): string | null {
  const end = queryStart(path);
  const plain = path.slice(0, end);
  if (!needsWork(plain, mergeSlashes)) return path;
  if (plain.includes('%00')) return null;
  const decoded = plain.replaceAll('\\', '/').replaceAll(/%([0-9a-fA-F]{2})/g, (triplet, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return /[A-Za-z0-9\-._~]/.test(character) ? character : triplet.toUpperCase();
  });
  const kept: string[] = [];
  const segments = decoded.split('/').slice(1);
  segments.forEach((segment, index) => {
    const last = index === segments.length - 1;
    if (segment === '.') {
      if (last) kept.push('');
    } else if (segment === '..') {
      kept.pop();
      if (last) kept.push('');
    } else if (segment === '' && mergeSlashes && !last) return;
    else kept.push(segment);
  });
  return `/${kept.join('/')}${path.slice(end)}`;
}

function queryStart(path: string): number {
  for (let at = 0; at < path.length; at++) {
    const code = path.charCodeAt(at);
    if (code === 0x3f || code === 0x23) return at;
  }
  return path.length;
}

function needsWork(path: string, mergeSlashes: boolean): boolean {
  for (let at = 0; at < path.length; at++) {
    const code = path.charCodeAt(at);
    if (code === 0x25 || code === 0x5c) return true;
    if (code === 0x2f) {
      const next = path.charCodeAt(at + 1);
      if (next === 0x2e || (mergeSlashes && next === 0x2f)) return true;
    }
  }
  return false;
}
