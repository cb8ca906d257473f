import { stringify } from 'yaml';
import type { CaseRequest } from './generate';
import type { Answer, Prediction } from './judge';
import type { Verdict } from './judge-batch';

/** A disagreement as something to work on: the objects, the request, and the answers of the three. */
export function printDisagreement({ propertyCase, request, prediction, answers, differences }: Verdict): string {
  const lines = [
    `case ${propertyCase.number}`,
    ...differences.map(({ between, field, left, right }) => `  ${between}: ${field}: ${left} / ${right}`),
    '--- objects',
    propertyCase.objects.map((object) => stringify(object, { lineWidth: 140 })).join('---\n'),
    '--- request',
    printRequest(request),
    '--- decide()',
    stringify(readable(prediction)),
    ...[...answers].flatMap(([wire, answer]) => [`--- ${wire}`, stringify(shortened(answer))]),
  ];
  return lines.join('\n');
}

function printRequest({ from, protocol, method, host, port, path, headers, token, fail, hangs }: CaseRequest): string {
  const first = protocol === 'http' ? `${method} http://${host}:${port}${path}` : `${protocol}://${host}:${port}`;
  return [
    `from ${from}: ${first}`,
    ...Object.entries(headers).map(([name, value]) => `  ${name}: ${value}`),
    ...(token === undefined ? [] : [`  token: ${JSON.stringify(token)}`]),
    ...(fail === undefined ? [] : [`  the application fails ${fail.times} times with ${fail.status}`]),
    ...(hangs === true ? ['  the application hangs'] : []),
  ].join('\n');
}

function readable({ outcomes, delayMs, mirrors, refusedBy, explanation }: Prediction): unknown {
  const tried =
    explanation?.tried.map(({ provenance, failed }) => `${provenance?.object ?? ''} ${provenance?.path ?? ''}: ${failed}`) ?? [];
  const source = explanation?.decision.provenance;
  return {
    outcomes,
    ...(delayMs > 0 ? { delayMs } : {}),
    mirrors,
    refusedBy,
    tried,
    route: source === undefined || source === null ? null : `${source.object} ${source.path ?? ''}`,
  };
}

/** Long values (tokens, certificates) tell nobody anything. */
function shortened(answer: Answer): unknown {
  return JSON.parse(
    JSON.stringify(answer, (_key, value: unknown) => (typeof value === 'string' && value.length > 300 ? `${value.slice(0, 300)}…` : value)),
  );
}
