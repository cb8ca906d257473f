import type { Notice } from '@/lib/contract';
import type { Informer } from '@/server/kube';

interface WatchedKind extends Pick<ReturnType<Informer['state']>, 'state' | 'error'> {
  plural: string;
}

/** So many kinds are named in one notice. */
const mostNamed = 3;

/** What cannot be seen of a cluster. Kinds with the same fault share a notice: a cluster that does not answer is one fault, not thirty. */
export function noticesOfKinds(kinds: readonly WatchedKind[]): Notice[] {
  const faults = new Map<string, { code: string; what: string; why: string; plurals: string[] }>();
  for (const { plural, state, error } of kinds) {
    // A kind the cluster does not have is not a fault of anything.
    if (state === 'live' || state === 'absent') continue;
    const what = state === 'syncing' ? 'are not read yet' : state === 'refused' ? 'may not be read' : 'may be out of date';
    const why = error === undefined ? '' : `: ${error.message}`;
    const fault = faults.get(`${what}${why}`) ?? { code: error?.code ?? 'source_unavailable', what, why, plurals: [] };
    fault.plurals.push(plural);
    faults.set(`${what}${why}`, fault);
  }
  return [...faults.values()].map(({ code, what, why, plurals }) => {
    const rest = plurals.length - mostNamed;
    const named = plurals.slice(0, mostNamed).join(', ');
    return { source: 'kubernetes', code, message: `${named}${rest > 0 ? ` and ${rest} more kinds` : ''} ${what}${why}` };
  });
}
