import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Listener, Rbac, RouteConfiguration } from '@/lib/xds';
import { buildLocation } from './build-redirect';
import { chooseFilterChain, explainFilterChain } from './choose-filter-chain';
import type { NewConnection } from './choose-filter-chain';
import { compileListener } from './compile-listener';
import { compileRbac } from './compile-rbac';
import { compileRouteConfiguration } from './compile-route-configuration';
import { decide } from './decide';
import { decideFault } from './decide-fault';
import { evaluateRbac, rbacDenialDetails } from './evaluate-rbac';
import type { PolicyConnection } from './evaluate-rbac';
import { explain } from './explain';
import { parseIp } from '@/lib/model';
import { applyHeaderMutations } from './mutate-headers';
import type { HeaderMutation } from './mutate-headers';
import { rewriteHost } from './rewrite-host';
import { rewritePath } from './rewrite-path';
import type { Decision } from './route-table';
import { plainRequest } from './routing-request';
import type { PlainRequest, Random, RoutingRequest } from './routing-request';

/** Scenario files: configuration, requests, what is to become of them. A bug becomes a new file (or a new line in one). */
interface Scenario {
  title: string;
  routes?: RouteConfiguration;
  requests?: { request: PlainRequest; random?: number[]; expect: Record<string, unknown> }[];
  rbac?: Rbac;
  calls?: { request?: PlainRequest; connection?: ConnectionText; expect: Record<string, unknown> }[];
  listener?: Listener;
  connections?: { connection: ConnectionText; expect: string }[];
}

interface ConnectionText {
  sourceIp?: string;
  remoteIp?: string;
  destinationIp?: string;
  destinationPort?: number;
  sourcePort?: number;
  serverName?: string;
  peerNames?: string[];
  transportProtocol?: 'tls' | 'raw_buffer';
  applicationProtocols?: string[];
}

const folder = new URL('testdata/', import.meta.url);
const scenarios = readdirSync(folder)
  .filter((name) => name.endsWith('.scenario.yaml'))
  .map((name): Scenario => parse(readFileSync(new URL(name, folder), 'utf8')));

for (const scenario of scenarios) {
  describe(scenario.title, () => {
    const table = scenario.routes && compileRouteConfiguration(scenario.routes);
    for (const { request: plain, random = [], expect: wanted } of table ? (scenario.requests ?? []) : []) {
      it(`${JSON.stringify(plain)} ${random.join(' ')}`, () => {
        if (!table) throw new Error('no routes');
        const request = plainRequest(plain);
        const draw = replay(random);
        const explanation = explain(table, request, draw);
        const { decision } = explanation;
        const outcome = { ...describeDecision(decision, request, draw), host: explanation.host, tried: explanation.tried };
        expect(outcome).toMatchObject(wanted);
        expect(decide(table, request, replay(random))).toEqual(decision);
      });
    }
    const rbac = scenario.rbac && compileRbac(scenario.rbac);
    for (const { request, connection = {}, expect: wanted } of rbac ? (scenario.calls ?? []) : []) {
      it(JSON.stringify({ ...request, ...connection }), () => {
        if (!rbac) throw new Error('no rules');
        const verdict = evaluateRbac(rbac, request ? plainRequest(request) : null, policyConnection(connection));
        expect({ ...verdict, details: rbacDenialDetails(verdict) }).toMatchObject(wanted);
      });
    }
    const listener = scenario.listener && compileListener(scenario.listener);
    for (const { connection, expect: wanted } of listener ? (scenario.connections ?? []) : []) {
      it(JSON.stringify(connection), () => {
        if (!listener) throw new Error('no listener');
        const asked = newConnection(connection);
        expect(chooseFilterChain(listener, asked)?.name).toBe(wanted);
        expect(explainFilterChain(listener, asked).chain?.name).toBe(wanted);
      });
    }
  });
}

/** Hands out the given numbers; drawing more is an error, because it means that something was drawn that is certain. */
function replay(numbers: readonly number[]): Random {
  const left = [...numbers];
  return () => {
    const next = left.shift();
    if (next === undefined) throw new Error('drew more often than expected');
    return next;
  };
}

function describeDecision(decision: Decision, request: RoutingRequest, random: Random): Record<string, unknown> {
  const { fault } = decision.filters;
  const circumstances = { cluster: decision.cluster, nodeId: 'sidecar~10.0.0.1~a.b~c', activeFaults: 0 };
  return {
    kind: decision.kind,
    cluster: decision.cluster,
    percent: decision.percent,
    provenance: decision.provenance,
    status: decision.redirect?.status ?? decision.directResponse?.status,
    body: decision.directResponse?.body,
    location: decision.redirect && buildLocation(decision.redirect, request),
    path: rewritePath(decision.route?.action?.pathRewrite ?? null, request.path),
    upstreamHost: rewriteHost(decision, request, 'endpoint.example'),
    requestHeaders: mutate(decision.requestMutations, request),
    responseHeaders: mutate(decision.responseMutations, plainRequest({ path: '/' })),
    fault: fault === null || fault === 'disabled' ? fault : decideFault(fault, request, random, circumstances),
    rbac: decision.filters.rbac,
  };
}

function mutate(mutations: readonly HeaderMutation[], request: RoutingRequest): Record<string, string> {
  const names = ['x-gone', 'x-added', 'x-set', 'x-only-if'];
  const values = new Map<string, string>();
  for (const name of names) {
    const value = request.header(name);
    if (value !== undefined) values.set(name, value);
  }
  const headers = {
    has: (name: string) => values.has(name),
    remove: (name: string) => void values.delete(name),
    set: (name: string, value: string) => void values.set(name, value),
    append: (name: string, value: string) => void values.set(name, values.has(name) ? `${values.get(name)},${value}` : value),
  };
  applyHeaderMutations(mutations, headers, (command) => (command === 'DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT' ? '10.0.0.1' : undefined));
  return Object.fromEntries(values);
}

function address(text: string | undefined): ReturnType<typeof parseIp> {
  return text === undefined ? null : parseIp(text);
}

function policyConnection(text: ConnectionText): PolicyConnection {
  return {
    sourceIp: address(text.sourceIp),
    directRemoteIp: address(text.sourceIp),
    remoteIp: address(text.remoteIp ?? text.sourceIp),
    destinationIp: address(text.destinationIp),
    destinationPort: text.destinationPort ?? 0,
    serverName: text.serverName ?? '',
    peerNames: text.peerNames ?? null,
  };
}

function newConnection(text: ConnectionText): NewConnection {
  return {
    destinationIp: address(text.destinationIp),
    destinationPort: text.destinationPort ?? 80,
    serverName: text.serverName ?? '',
    transportProtocol: text.transportProtocol ?? 'raw_buffer',
    applicationProtocols: text.applicationProtocols ?? [],
    directSourceIp: address(text.sourceIp),
    sourceIp: address(text.sourceIp),
    sourcePort: text.sourcePort ?? 1,
  };
}
