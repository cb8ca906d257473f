import { spawn } from 'node:child_process';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import type { Container, Probe } from '@/lib/model';

/** Where and how a container is probed. */
export interface ProbeTarget {
  address: string;
  container: Container;
  /** Environment for commands; `undefined`: the container is no program of the user's, so its commands are not run here. */
  execEnv: Record<string, string> | undefined;
}

export interface ProbeOutcome {
  ok: boolean;
  message: string;
}

const passed: ProbeOutcome = { ok: true, message: '' };

function portNumber(port: number | string, container: Container): number {
  if (typeof port === 'number') return port;
  return container.ports?.find((one) => one.name === port)?.containerPort ?? Number(port);
}

/** Runs one probe once, within its own timeout. */
export function runProbe(probe: Probe, target: ProbeTarget): Promise<ProbeOutcome> {
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1000;
  if (probe.httpGet !== undefined) return probeHttp(probe.httpGet, target, timeoutMs);
  if (probe.tcpSocket !== undefined) return probeTcp(target.address, portNumber(probe.tcpSocket.port, target.container), timeoutMs);
  // gRPC's health protocol is answered by what serves it; that the port accepts is what can be said without it.
  if (probe.grpc !== undefined) return probeTcp(target.address, probe.grpc.port, timeoutMs);
  if (probe.exec?.command !== undefined && target.execEnv !== undefined) return probeExec(probe.exec.command, target.execEnv, timeoutMs);
  return Promise.resolve(passed);
}

function probeHttp(get: NonNullable<Probe['httpGet']>, target: ProbeTarget, timeoutMs: number): Promise<ProbeOutcome> {
  const port = portNumber(get.port, target.container);
  const headers = Object.fromEntries((get.httpHeaders ?? []).map((header) => [header.name, header.value]));
  const options = {
    host: target.address,
    port,
    path: get.path ?? '/',
    headers: { 'user-agent': 'kube-probe/heddle', ...headers },
    agent: false as const,
    rejectUnauthorized: false,
  };
  return new Promise((resolve) => {
    const outgoing = (get.scheme === 'HTTPS' ? httpsRequest : httpRequest)(options, (incoming) => {
      incoming.resume();
      clearTimeout(timer);
      const status = incoming.statusCode ?? 0;
      resolve(status >= 200 && status < 400 ? passed : { ok: false, message: `HTTP probe failed with statuscode: ${status}` });
    });
    const fail = (message: string) => {
      clearTimeout(timer);
      outgoing.destroy();
      resolve({ ok: false, message });
    };
    const timer = setTimeout(() => {
      fail(`Get "http://${target.address}:${port}${options.path}": no answer within ${timeoutMs} ms`);
    }, timeoutMs);
    outgoing.on('error', (error) => {
      fail(`Get "http://${target.address}:${port}${options.path}": ${error.message}`);
    });
    outgoing.end();
  });
}

/** Whether a port accepts connections. */
export function probeTcp(address: string, port: number, timeoutMs: number): Promise<ProbeOutcome> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const finish = (outcome: ProbeOutcome) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(outcome);
    };
    const timer = setTimeout(() => {
      finish({ ok: false, message: `dial tcp ${address}:${port}: i/o timeout` });
    }, timeoutMs);
    socket.on('connect', () => {
      finish(passed);
    });
    socket.on('error', (error) => {
      finish({ ok: false, message: `dial tcp ${address}:${port}: ${error.message}` });
    });
  });
}

function probeExec([program = 'true', ...args]: string[], env: Record<string, string>, timeoutMs: number): Promise<ProbeOutcome> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { env, stdio: 'ignore', timeout: timeoutMs, killSignal: 'SIGKILL' });
    child.on('error', (error) => {
      resolve({ ok: false, message: error.message });
    });
    child.on('close', (code) => {
      resolve(code === 0 ? passed : { ok: false, message: `command "${program}" exited with ${code ?? 'a signal'}` });
    });
  });
}
