import { expect, it } from 'vitest';
import { toYaml } from '.';

it('writes YAML with the type first and no folding', () => {
  const long = 'x'.repeat(200);
  expect(toYaml({ spec: { hosts: ['a', long] }, metadata: { name: 'n' }, kind: 'K', apiVersion: 'v1' })).toBe(
    `apiVersion: v1\nkind: K\nmetadata:\n  name: n\nspec:\n  hosts:\n  - a\n  - ${long}\n`,
  );
});
