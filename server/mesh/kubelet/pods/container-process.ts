import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { ContainerStatus } from '@/lib/model';
import { killGroup } from './process-records';

/** How to start a container: program, arguments, environment. */
export interface Launch {
  command: readonly [string, ...string[]];
  env: Record<string, string>;
  cwd?: string;
  /** Its output goes straight into this file, for a program that opens /dev/stdout by name: that fails on the sockets Node uses. */
  outputFile?: string;
}

export type RestartPolicy = 'Always' | 'OnFailure' | 'Never';

export interface ContainerProcessOptions {
  name: string;
  image: string;
  restartPolicy: RestartPolicy;
  /** First delay and longest delay between crashes; Kubernetes has 10 s and 300 s. */
  backOffMs: { first: number; most: number };
  /** Restarts that an earlier run counted. */
  restartCount: number;
  /** What to start. Throws a {@link CannotStart} when there is nothing to. */
  launch: () => Promise<Launch>;
  onOutput: (chunk: Buffer) => void;
  onChange: () => void;
  onEvent: (type: 'Normal' | 'Warning', reason: string, message: string) => void;
}

/** Why a container cannot start, in Kubernetes' words (`ErrImagePull`, `CreateContainerConfigError`). */
export class CannotStart extends Error {
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** A run this long makes the next crash count as the first. */
const healthyAfterMs = 600_000;
const configRetryMs = 1000;

type State = NonNullable<ContainerStatus['state']>;

const timestamp = () => new Date().toISOString().replace(/\.\d+Z$/, 'Z');

/** One container as a local process: started, restarted by its policy with back-off, stopped with a grace period. */
export class ContainerProcess {
  readonly name: string;
  /** What the probes say; set from outside. */
  ready = false;
  started = false;
  state: State = { waiting: { reason: 'ContainerCreating' } };
  restartCount: number;
  private lastState: State | undefined;
  private child: ChildProcess | undefined;
  private retry: NodeJS.Timeout | undefined;
  private crashes = 0;
  private startedAt = 0;
  private stopping = false;
  private readonly options: ContainerProcessOptions;

  constructor(options: ContainerProcessOptions) {
    this.options = options;
    this.name = options.name;
    this.restartCount = options.restartCount;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  get isRunning(): boolean {
    return this.child !== undefined;
  }

  /** Ended for good: its policy does not start it again. */
  get isFinished(): boolean {
    return this.state.terminated !== undefined && !this.startsAgain(this.state.terminated.exitCode);
  }

  async start(): Promise<void> {
    if (this.stopping || this.child !== undefined) return;
    let launch: Launch;
    try {
      launch = await this.options.launch();
    } catch (error) {
      this.cannotStart(error);
      return;
    }
    // The pod may have been stopped while its environment was put together; stop() changed the field meanwhile.
    if (!this.isStopping()) this.spawn(launch);
  }

  /** SIGTERM, and SIGKILL after `graceMs`. Resolves when the process is gone. */
  stop(graceMs: number): Promise<void> {
    this.stopping = true;
    clearTimeout(this.retry);
    const { child } = this;
    if (child?.pid === undefined) return Promise.resolve();
    const { pid } = child;
    return new Promise((resolve) => {
      const force = setTimeout(() => killGroup(pid, 'SIGKILL'), graceMs);
      child.once('close', () => {
        clearTimeout(force);
        // What it started and left behind goes with it.
        killGroup(pid, 'SIGKILL');
        resolve();
      });
      killGroup(pid, graceMs > 0 ? 'SIGTERM' : 'SIGKILL');
    });
  }

  /** Ends the process so that it is started again: what a failed liveness probe asks for. */
  restart(): void {
    if (this.pid !== undefined) killGroup(this.pid, 'SIGKILL');
  }

  status(): ContainerStatus {
    return {
      name: this.name,
      image: this.options.image,
      imageID: this.options.image,
      ready: this.ready && this.isRunning,
      started: this.started && this.isRunning,
      restartCount: this.restartCount,
      state: this.state,
      ...(this.lastState === undefined ? {} : { lastState: this.lastState }),
      ...(this.pid === undefined ? {} : { containerID: `process://${this.pid}` }),
    };
  }

  private isStopping(): boolean {
    return this.stopping;
  }

  private cannotStart(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    const reason = error instanceof CannotStart ? error.reason : 'CreateContainerError';
    this.state = { waiting: { reason, message } };
    this.options.onEvent('Warning', reason === 'ErrImagePull' ? 'Failed' : reason, message);
    // A missing image stays missing; a missing ConfigMap or token may come.
    if (reason !== 'ErrImagePull') this.retry = setTimeout(() => void this.start(), configRetryMs);
    this.options.onChange();
  }

  private spawn(launch: Launch): void {
    const [program, ...args] = launch.command;
    this.startedAt = performance.now();
    const output = launch.outputFile === undefined ? 'pipe' : openSync(launch.outputFile, 'a', 0o600);
    const child = spawn(program, args, {
      // Standard input is a pipe that ends with this process, whatever ends it: built-in workloads and sidecars then exit.
      stdio: ['pipe', output, output],
      env: launch.env,
      detached: true,
      ...(launch.cwd === undefined ? {} : { cwd: launch.cwd }),
    });
    this.child = child;
    if (typeof output === 'number') closeSync(output);
    child.stdin?.on('error', () => undefined);
    child.stdout?.on('data', this.options.onOutput);
    child.stderr?.on('data', this.options.onOutput);
    child.on('error', (error) => {
      this.options.onOutput(Buffer.from(`${error.message}\n`));
    });
    child.on('close', (code, signal) => {
      this.ended(code ?? (signal === null ? 127 : 128 + signalNumber(signal)), signal);
    });
    this.state = { running: { startedAt: timestamp() } };
    this.started = false;
    this.ready = false;
    this.options.onEvent('Normal', 'Started', `Started container ${this.name}`);
    this.options.onChange();
  }

  private ended(exitCode: number, signal: NodeJS.Signals | null): void {
    const startedAt = this.state.running?.startedAt;
    this.child = undefined;
    this.ready = false;
    this.started = false;
    const terminated: State = {
      terminated: {
        exitCode,
        reason: exitCode === 0 ? 'Completed' : 'Error',
        ...(signal === null ? {} : { message: `ended by ${signal}` }),
        ...(startedAt === undefined ? {} : { startedAt }),
        finishedAt: timestamp(),
      },
    };
    this.state = terminated;
    if (!this.stopping && this.startsAgain(exitCode)) this.startLater(terminated);
    this.options.onChange();
  }

  private startLater(last: State): void {
    this.lastState = last;
    this.restartCount += 1;
    if (performance.now() - this.startedAt >= healthyAfterMs) this.crashes = 0;
    const { first, most } = this.options.backOffMs;
    // As Kubernetes does: at once after the first end, then with doubling pauses.
    const delayMs = this.crashes === 0 ? 0 : Math.min(first * 2 ** (this.crashes - 1), most);
    this.crashes += 1;
    if (delayMs > 0) {
      const message = `back-off ${delayMs / 1000}s restarting failed container=${this.name}`;
      this.state = { waiting: { reason: 'CrashLoopBackOff', message } };
      this.options.onEvent('Warning', 'BackOff', `Back-off restarting failed container ${this.name}`);
    }
    this.retry = setTimeout(() => void this.start(), delayMs);
  }

  private startsAgain(exitCode: number): boolean {
    const { restartPolicy } = this.options;
    return restartPolicy === 'Always' || (restartPolicy === 'OnFailure' && exitCode !== 0);
  }
}

function signalNumber(signal: NodeJS.Signals): number {
  return signal === 'SIGKILL' ? 9 : signal === 'SIGTERM' ? 15 : signal === 'SIGSEGV' ? 11 : signal === 'SIGABRT' ? 6 : 1;
}
