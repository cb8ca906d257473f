import { describe, expect, it, vi } from 'vitest';
import { HeddleError, errorStatus, isHeddleError, toErrorBody } from './index';

describe('HeddleError', () => {
  it('says code, path and hint on the wire', () => {
    const error = new HeddleError('invalid_object', 'weight must be positive', { path: 'spec.http[0]', hint: 'Use 0 or more.' });
    expect(toErrorBody(error)).toEqual({
      error: { code: 'invalid_object', message: 'weight must be positive', path: 'spec.http[0]', hint: 'Use 0 or more.' },
    });
    expect(errorStatus(error.code)).toBe(422);
  });

  it('keeps the text of unknown errors on the server', () => {
    expect(JSON.stringify(toErrorBody(new Error('password=1')))).not.toContain('password');
  });

  it('is recognised across copies of the module', async () => {
    vi.resetModules();
    const copy = await import('./heddle-error');
    expect(copy.HeddleError).not.toBe(HeddleError);
    expect(isHeddleError(new copy.HeddleError('not_found', 'x'))).toBe(true);
    expect(isHeddleError(new Error('x'))).toBe(false);
  });
});
