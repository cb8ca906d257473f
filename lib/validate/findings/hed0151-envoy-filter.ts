import type { EnvoyFilter } from '@/lib/kinds';
import { defineFinding, kindKeys } from '../define-finding';

const relative = new Set(['INSERT_BEFORE', 'INSERT_AFTER', 'INSERT_FIRST']);
const mayReplace = new Set(['HTTP_FILTER', 'NETWORK_FILTER']);

export const fragilePatch = defineFinding({
  code: 'HED0151',
  severity: 'info',
  istio: 'IST0151',
  title: 'Patch depends on the order of filters',
  cause:
    'INSERT_BEFORE and INSERT_AFTER place the filter beside one that has to be there when the patch is applied. Without a priority that depends on the names of other EnvoyFilters and on the version of the control plane.',
  example: `apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: lua, namespace: default }
spec:
  configPatches:
    - applyTo: HTTP_FILTER
      patch: { operation: INSERT_AFTER, value: { name: envoy.filters.http.lua } }`,
  fix: 'Set spec.priority, or use INSERT_FIRST or ADD.',
  kinds: [kindKeys.envoyFilter],
  check(object: EnvoyFilter, _mesh, report) {
    if (object.spec.priority !== undefined) return;
    for (const [index, { patch, match }] of (object.spec.configPatches ?? []).entries()) {
      const operation = patch?.operation ?? '';
      // INSERT_FIRST depends on nothing; a match that names the neighbour says what is meant.
      const names = match?.listener?.filterChain?.filter?.name !== undefined;
      if (relative.has(operation) && operation !== 'INSERT_FIRST' && !names)
        report(
          `spec.configPatches[${index}].patch.operation`,
          `${operation} without a neighbour and without spec.priority: where the filter ends up depends on others`,
        );
    }
  },
});

export const uselessReplace = defineFinding({
  code: 'HED0152',
  severity: 'error',
  istio: 'IST0152',
  title: 'REPLACE where it is ignored',
  cause: 'REPLACE works on HTTP_FILTER and NETWORK_FILTER only; anywhere else the patch is dropped.',
  example: `apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: cluster, namespace: default }
spec:
  configPatches:
    - applyTo: CLUSTER
      patch: { operation: REPLACE, value: { connect_timeout: 1s } }`,
  fix: 'Use MERGE.',
  kinds: [kindKeys.envoyFilter],
  check(object: EnvoyFilter, _mesh, report) {
    for (const [index, { applyTo = '', patch }] of (object.spec.configPatches ?? []).entries()) {
      if (patch?.operation === 'REPLACE' && !mayReplace.has(applyTo))
        report(`spec.configPatches[${index}].patch.operation`, `REPLACE on ${applyTo} is ignored`);
    }
  },
});
