import type { User } from '../core';
import type { ServedKind } from '../served-kinds';

/** What a write needs to know besides the object. */
export interface WriteRequest {
  kind: ServedKind;
  /** Version in the URL. */
  version: string;
  /** Empty for kinds without namespaces. */
  namespace: string;
  user: User;
  fieldManager: string;
  dryRun: boolean;
  fieldValidation: 'Strict' | 'Warn' | 'Ignore';
  /** `status`, `scale` or empty. */
  subresource: string;
  /** Collects the texts of `Warning:` headers. */
  warnings: string[];
}
