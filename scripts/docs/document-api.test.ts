import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { endpoints } from '@/lib/contract';
import { documentApi } from './document-api';

describe('docs/api.md', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/api.md'), 'utf8');

  it('is what `npm run docs` makes of the contract', () => {
    expect(page).toBe(documentApi());
  });

  it('has every endpoint, and no shape that could not be said', () => {
    for (const { method, path } of Object.values(endpoints)) expect(page).toContain(`\`${method} /api/v1${path}\``);
    expect(page).not.toContain('__schema');
  });
});
