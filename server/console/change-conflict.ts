import type { ConflictBody } from '@/lib/contract';

/** A write that would overwrite someone else's: carries the sides of the merge, or the owners to be asked. */
export class ConflictError extends Error {
  readonly body: ConflictBody;

  constructor(body: ConflictBody) {
    super(body.error.message);
    this.name = 'ConflictError';
    this.body = body;
  }
}
