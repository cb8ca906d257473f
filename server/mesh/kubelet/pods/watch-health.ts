import type { Probe } from '@/lib/model';
import type { ProbeOutcome } from './run-probe';

export interface HealthOptions {
  startup: Probe | undefined;
  readiness: Probe | undefined;
  liveness: Probe | undefined;
  run: (probe: Probe) => Promise<ProbeOutcome>;
  onStarted: () => void;
  onReady: (ready: boolean, message: string) => void;
  /** Liveness or start-up has failed for good: the container is to be restarted. */
  onDead: (kind: 'Liveness' | 'Startup', message: string) => void;
}

/** Start-up is looked at this often at first, whatever its period, so that a quick start shows quickly. */
const eagerMs = 50;
const eagerTries = 40;

/** Watches one run of a container by its probes, as Kubernetes does: start-up first, then readiness and liveness side by side. */
export function watchHealth(options: HealthOptions): () => void {
  let stopped = false;
  const timers = new Set<NodeJS.Timeout>();

  function later(ms: number, work: () => Promise<void>): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      if (!stopped) void work();
    }, ms);
    timers.add(timer);
  }

  /**
   * Calls `judge` with each outcome of a probe, period after period, until it returns false. An eager one without a delay of its own
   * is asked more often than its period says until it first succeeds.
   */
  function loop(probe: Probe, eager: boolean, judge: (outcome: ProbeOutcome) => boolean): void {
    let tries = 0;
    let succeeded = false;
    const once = async (): Promise<void> => {
      const outcome = await options.run(probe);
      if (stopped) return;
      tries += 1;
      succeeded ||= outcome.ok;
      if (!judge(outcome)) return;
      const soon = eager && !succeeded && tries < eagerTries && probe.initialDelaySeconds === undefined;
      later(soon ? eagerMs : (probe.periodSeconds ?? 10) * 1000, once);
    };
    later((probe.initialDelaySeconds ?? 0) * 1000, once);
  }

  function watchStartup(probe: Probe): void {
    let failures = 0;
    const startedAt = performance.now();
    const patienceMs = (probe.failureThreshold ?? 3) * (probe.periodSeconds ?? 10) * 1000;
    loop(probe, true, (outcome) => {
      if (outcome.ok) {
        begin();
        return false;
      }
      failures += 1;
      if (failures < (probe.failureThreshold ?? 3) || performance.now() - startedAt < patienceMs) return true;
      options.onDead('Startup', outcome.message);
      return false;
    });
  }

  function watchReadiness(probe: Probe): void {
    let successes = 0;
    let failures = 0;
    let ready = false;
    loop(probe, true, (outcome) => {
      successes = outcome.ok ? successes + 1 : 0;
      failures = outcome.ok ? 0 : failures + 1;
      const next = ready ? failures < (probe.failureThreshold ?? 3) : successes >= (probe.successThreshold ?? 1);
      if (next !== ready || !outcome.ok) options.onReady(next, outcome.message);
      ready = next;
      return true;
    });
  }

  function watchLiveness(probe: Probe): void {
    let failures = 0;
    loop(probe, false, (outcome) => {
      failures = outcome.ok ? 0 : failures + 1;
      if (failures < (probe.failureThreshold ?? 3)) return true;
      options.onDead('Liveness', outcome.message);
      return false;
    });
  }

  function begin(): void {
    options.onStarted();
    if (options.readiness === undefined) options.onReady(true, '');
    else watchReadiness(options.readiness);
    if (options.liveness !== undefined) watchLiveness(options.liveness);
  }

  if (options.startup === undefined) begin();
  else watchStartup(options.startup);
  return () => {
    stopped = true;
    for (const timer of timers) clearTimeout(timer);
  };
}
