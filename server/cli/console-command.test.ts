import { describe, expect, it } from 'vitest';
import { consoleCommand } from './console-command';

describe('heddle console', () => {
  it('does not start on a configuration that is wrong, and says what is', async () => {
    const started = consoleCommand().parseAsync(['--port', '0', '--kubeconfig', '/no/such/kubeconfig'], { from: 'user' });
    await expect(started).rejects.toMatchObject({
      code: 'invalid_config',
      message: expect.stringContaining('HEDDLE_KUBECONFIG (or --kubeconfig) names /no/such/kubeconfig, which does not exist'),
    });
  });
});
