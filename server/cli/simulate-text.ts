import type { Simulation } from '@/lib/simulate';

/** A simulation for people: what happens first, then why. */
export function printSimulation(simulation: Simulation): string {
  const { authorization, fault, upstream } = simulation;
  const rows: [string, string][] = [
    ['Result', result(simulation)],
    ['Route', join([simulation.object, simulation.path && `at ${simulation.path}`, simulation.route && `(${simulation.route})`])],
    ['Listener', simulation.listener],
    ['Host', simulation.virtualHost],
    ...simulation.clusters.map(({ name, weight }, index): [string, string] => [index === 0 ? 'To' : '', `${name}  ${weight}`]),
    ['Upstream', upstream === undefined ? '' : `${upstream.host} ${upstream.path}`],
    [
      'Fault',
      fault === null ? '' : join([fault.delay && `delay ${fault.delay.ms} ms for ${fault.delay.percent} %`, abortText(fault.abort)], ', '),
    ],
    ['Timeout', simulation.timeoutMs === 0 ? 'none' : `${simulation.timeoutMs} ms`],
    ['Retries', simulation.retries === 0 ? 'none' : `${simulation.retries} on ${simulation.retryOn.join(', ')}`],
    ...simulation.mirror.map(({ name, percent }): [string, string] => ['Mirror', `${name}  ${percent} %`]),
    ['Mutual TLS', simulation.mtls ? 'yes' : 'no'],
    [
      'Authorization',
      join([
        authorization.verdict,
        authorization.object && `by ${authorization.object}`,
        authorization.reason && `(${authorization.reason})`,
      ]),
    ],
  ];
  const sections = [table(rows.filter(([, value]) => value !== ''))];
  if (simulation.destinations.length > 0) {
    const lines = simulation.destinations.map((one) => {
      const state = join(
        [one.mtls ? 'mutual TLS' : 'no mutual TLS', one.authorization.verdict, one.status === undefined ? '' : `status ${one.status}`],
        ', ',
      );
      return `  ${one.workload}: ${one.endpoints} ${one.endpoints === 1 ? 'endpoint' : 'endpoints'}, ${state}`;
    });
    sections.push(`Destinations\n${lines.join('\n')}\n`);
  }
  if (simulation.tried.length > 0) {
    const lines = simulation.tried.map((one) => `  ${join([one.object, one.path])}: not met: ${one.failed}`);
    sections.push(`Tried before\n${lines.join('\n')}\n`);
  }
  if (simulation.notes.length > 0) {
    const lines = simulation.notes.map(
      (note) => `  ${note.object.kind} ${note.object.namespace}/${note.object.name} ${note.path}: ${note.message}`,
    );
    sections.push(`Notes of the compiler\n${lines.join('\n')}\n`);
  }
  return sections.join('\n');
}

function result({ status, statusReason, location, clusters }: Simulation): string {
  if (status !== undefined) return join([String(status), statusReason && `(${statusReason})`, location && `Location: ${location}`]);
  if (clusters.length > 1) return 'forwarded, split by weight';
  return statusReason ?? 'forwarded';
}

function abortText(abort: NonNullable<Simulation['fault']>['abort']): string {
  if (abort === undefined) return '';
  const code = abort.status === undefined ? `gRPC status ${abort.grpcStatus ?? 0}` : `status ${abort.status}`;
  return `abort with ${code} for ${abort.percent} %`;
}

function join(parts: readonly (string | undefined)[], separator = ' '): string {
  return parts.filter((part) => part !== undefined && part !== '').join(separator);
}

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join('');
}
