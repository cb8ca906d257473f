import type { FindContext } from './match-find';
import { findOperands, operandOf } from './find-operands';
import { tokensOf } from './parse-find';

/** A way to go on: `text` takes the place of `from`..`to`. */
export interface Completion {
  text: string;
  from: number;
  to: number;
  kind: 'operand' | 'operator' | 'value' | 'join';
}

const operators = { text: ['=', '!=', 'contains', 'startswith', 'endswith', '~'], number: ['>', '>=', '<', '<=', '=', '!='] };
const most = 12;

/** What can stand at the cursor, best first: operands, then operators, then values that are there, then AND and OR. */
export function completeFind(text: string, cursor: number, graph: FindContext): Completion[] {
  const tokens = tokensOf(text.slice(0, cursor));
  const last = tokens.at(-1);
  const typing = last !== undefined && last.to === cursor && (last.kind === 'word' || last.kind === 'text') ? last : undefined;
  const before = typing === undefined ? last : tokens.at(-2);
  const from = typing?.from ?? cursor;
  const start = (typing?.text ?? '').toLowerCase();
  const offer = (texts: Iterable<string>, kind: Completion['kind']): Completion[] =>
    [...new Set(texts)]
      .filter((one) => one.toLowerCase().includes(start) && one.toLowerCase() !== start)
      .toSorted(
        (one, other) =>
          Number(other.toLowerCase().startsWith(start)) - Number(one.toLowerCase().startsWith(start)) || (one < other ? -1 : 1),
      )
      .slice(0, most)
      .map((one) => ({ text: one, from, to: cursor, kind }));
  const isOperator = (word: string | undefined): boolean =>
    word !== undefined && ['contains', 'startswith', 'endswith', 'matches'].includes(word.toLowerCase());
  if (before?.kind === 'operator' || (before?.kind === 'word' && isOperator(before.text))) {
    const operand = tokens
      .toReversed()
      .filter((token) => token !== typing && token.kind === 'word')
      .flatMap((token) => operandOf(token.text) ?? [])[0];
    return operand === undefined ? [] : offer(valuesOf(operand, graph).map(quoted), 'value');
  }
  const reaching = typing === undefined ? null : /^(reaches|reachedby):(.*)$/i.exec(typing.text);
  if (reaching !== null && typing !== undefined) {
    const part = (reaching[2] ?? '').toLowerCase();
    return graph.nodes
      .map((node) => node.name)
      .filter((name, index, all) => all.indexOf(name) === index && name.toLowerCase().includes(part) && name.toLowerCase() !== part)
      .slice(0, most)
      .map((name) => ({ text: `${reaching[1]}:${quoted(name)}`, from, to: cursor, kind: 'value' }));
  }
  const beforeOperand = before?.kind === 'word' ? operandOf(before.text) : undefined;
  const complete = beforeOperand !== undefined && tokens.length >= 2 ? isOperator(tokens.at(-3)?.text) : false;
  if (beforeOperand !== undefined && !complete && tokens.at(-2)?.kind !== 'operator') {
    const { type, alone } = beforeOperand.operand;
    const joins = type === 'flag' || alone === true ? offer(['AND', 'OR'], 'join') : [];
    return type === 'flag' ? joins : [...offer(type === 'text' ? operators.text : operators.number, 'operator'), ...joins];
  }
  const joined = before === undefined || before.kind === 'open' || before.kind === 'not' || /^(and|or|not|is|has)$/i.test(before.text);
  if (!joined) return offer(['AND', 'OR'], 'join');
  return offer(
    [...findOperands.map((operand) => (operand.name === 'label' ? 'label:' : operand.name)), 'reaches:', 'reachedby:', 'NOT'],
    'operand',
  );
}

function quoted(text: string): string {
  return /[\s()]/.test(text) || text === '' ? `"${text}"` : text;
}

function valuesOf(found: NonNullable<ReturnType<typeof operandOf>>, graph: FindContext): string[] {
  const { operand, key } = found;
  if (operand.type !== 'text')
    return operand.type === 'percent' ? ['1', '5', '10'] : operand.type === 'time' ? ['100ms', '500ms', '1s'] : ['NaN'];
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  const none = {
    in: { http: null, grpc: null, tcp: null },
    out: { http: null, grpc: null, tcp: null },
    latencyMs: null,
    rank: 0,
    inside: true,
  };
  const raw =
    operand.node !== undefined
      ? graph.nodes.map((node) => operand.node?.(node, none, key))
      : graph.edges.map((edge) => operand.edge?.(edge, { source: byId.get(edge.source), target: byId.get(edge.target) }));
  return raw.flatMap((value) => (typeof value === 'string' ? [value] : Array.isArray(value) ? (value as string[]) : []));
}
