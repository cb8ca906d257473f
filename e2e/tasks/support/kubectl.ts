import { spawn } from 'node:child_process';

export interface KubectlRun {
  code: number;
  out: string;
  err: string;
}

/** The real kubectl with one kubeconfig and nothing of the caller's own settings. */
export class Kubectl {
  private readonly kubeconfig: string;
  private readonly home: string;

  constructor(kubeconfig: string, home: string) {
    this.kubeconfig = kubeconfig;
    this.home = home;
  }

  /** Runs it, whatever the outcome. */
  attempt(args: readonly string[], input = ''): Promise<KubectlRun> {
    return new Promise((resolve, reject) => {
      const env = { PATH: process.env['PATH'] ?? '', KUBECONFIG: this.kubeconfig, HOME: this.home };
      const child = spawn('kubectl', args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
      let out = '';
      let err = '';
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
      child.on('error', reject);
      child.on('close', (code) => resolve({ code: code ?? -1, out, err }));
      child.stdin.on('error', () => undefined);
      child.stdin.end(input);
    });
  }

  /** Runs it and resolves to what it printed. Rejects with its message when it fails. */
  async run(args: readonly string[], input = ''): Promise<string> {
    const { code, out, err } = await this.attempt(args, input);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${code}: ${err}${out}`);
    return out;
  }

  async json<T>(args: readonly string[]): Promise<T> {
    return JSON.parse(await this.run([...args, '-o', 'json'])) as T;
  }
}
