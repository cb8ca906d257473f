import { z } from 'zod';
import { shownAs } from '../field-notes';

/** A duration as Istio writes it: Go's notation, e.g. `5s`, `1m30s`, `250ms` (protojson `5.5s` included). */
export const duration = shownAs(
  z.string().regex(/^(\d+(\.\d+)?(h|m|s|ms|us|µs|ns))+$/, 'must be a duration such as 5s, 250ms or 1m30s'),
  'duration',
);
