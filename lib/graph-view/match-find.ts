import type { GraphEdge, GraphNode } from '@/lib/graph';
import type { EdgeEnds, NodeFacts } from './find-operands';
import { reach } from './focus-graph';
import type { Comparison, FindExpression, FindValue } from './parse-find';

/** Ids of what an expression finds. */
export interface Found {
  nodes: Set<string>;
  edges: Set<string>;
}

export interface FindContext {
  nodes: readonly GraphNode[];
  edges: readonly GraphEdge[];
  /** Namespaces chosen by the operator; empty: all. */
  namespaces: readonly string[];
}

/**
 * What an expression finds. One that speaks of nodes finds nodes, one of edges finds edges. AND and NOT over both kinds find edges:
 * what is said of nodes then has to hold for one of the two ends. OR over both finds both.
 */
export function matchFind(expression: FindExpression, graph: FindContext): Found {
  const matcher = new Matcher(graph);
  return matcher.find(expression);
}

class Matcher {
  readonly graph: FindContext;
  readonly byId: ReadonlyMap<string, GraphNode>;
  readonly facts: ReadonlyMap<string, NodeFacts>;
  readonly reached = new Map<FindExpression, Set<string>>();

  constructor(graph: FindContext) {
    this.graph = graph;
    this.byId = new Map(graph.nodes.map((node) => [node.id, node]));
    this.facts = factsOf(graph);
  }

  find(expression: FindExpression): Found {
    const { nodes, edges } = this.graph;
    if (expression.about === 'nodes')
      return { nodes: new Set(nodes.filter((node) => this.node(expression, node)).map((node) => node.id)), edges: new Set() };
    if (expression.kind === 'or' && expression.about === 'both') {
      const found = expression.parts.map((part) => this.find(part));
      return { nodes: new Set(found.flatMap((one) => [...one.nodes])), edges: new Set(found.flatMap((one) => [...one.edges])) };
    }
    return { nodes: new Set(), edges: new Set(edges.filter((edge) => this.edge(expression, edge)).map((edge) => edge.id)) };
  }

  node(expression: FindExpression, node: GraphNode): boolean {
    switch (expression.kind) {
      case 'and':
        return expression.parts.every((part) => this.node(part, node));
      case 'or':
        return expression.parts.some((part) => this.node(part, node));
      case 'not':
        return !this.node(expression.part, node);
      case 'reach':
        return this.reach(expression).has(node.id);
      case 'flag':
      case 'compare': {
        const facts = this.facts.get(node.id);
        if (expression.operand.node === undefined || facts === undefined) return false;
        return holds(expression, expression.operand.node(node, facts, expression.key));
      }
    }
  }

  edge(expression: FindExpression, edge: GraphEdge): boolean {
    if (expression.about === 'nodes') {
      const source = this.byId.get(edge.source);
      const target = this.byId.get(edge.target);
      return (source !== undefined && this.node(expression, source)) || (target !== undefined && this.node(expression, target));
    }
    switch (expression.kind) {
      case 'and':
        return expression.parts.every((part) => this.edge(part, edge));
      case 'or':
        return expression.parts.some((part) => this.edge(part, edge));
      case 'not':
        return !this.edge(expression.part, edge);
      case 'reach':
        return false;
      case 'flag':
      case 'compare': {
        const ends: EdgeEnds = { source: this.byId.get(edge.source), target: this.byId.get(edge.target) };
        return expression.operand.edge === undefined ? false : holds(expression, expression.operand.edge(edge, ends));
      }
    }
  }

  reach(expression: FindExpression & { kind: 'reach' }): Set<string> {
    const known = this.reached.get(expression);
    if (known !== undefined) return known;
    const wanted = expression.value.text.toLowerCase();
    const starts = this.graph.nodes.filter((node) =>
      [node.id, node.name, node.app, node.service, `${node.namespace}/${node.name}`, `${node.namespace}/${node.app}`].some(
        (name) => name?.toLowerCase() === wanted,
      ),
    );
    const found = reach(
      this.graph,
      starts.map((node) => node.id),
      expression.direction === 'reaches' ? 'up' : 'down',
    );
    this.reached.set(expression, found);
    return found;
  }
}

type Actual = readonly string[] | string | number | boolean | null | undefined;

function holds(expression: FindExpression & ({ kind: 'flag' } | { kind: 'compare' }), actual: Actual): boolean {
  if (expression.kind === 'flag') {
    if (typeof actual === 'boolean') return actual;
    if (typeof actual === 'number') return actual > 0;
    return Array.isArray(actual) ? actual.length > 0 : actual !== undefined && actual !== null && actual !== '';
  }
  const { comparison, value } = expression;
  if (expression.operand.type === 'text') return holdsText(comparison, value, actual);
  const number = typeof actual === 'number' ? actual : null;
  if (value.nothing) return (number === null || number === 0) === (comparison === '=');
  if (number === null || value.number === undefined) return comparison === '!=';
  return compare(comparison, number, value.number);
}

function compare(comparison: Comparison, actual: number, wanted: number): boolean {
  switch (comparison) {
    case '=':
      return actual === wanted;
    case '!=':
      return actual !== wanted;
    case '>':
      return actual > wanted;
    case '<':
      return actual < wanted;
    case '>=':
      return actual >= wanted;
    case '<=':
      return actual <= wanted;
    default:
      return false;
  }
}

const denials: Partial<Record<Comparison, Comparison>> = { '!=': '=', '!*=': '*=', '!^=': '^=', '!$=': '$=', '!~': '~' };

function holdsText(comparison: Comparison, value: FindValue, actual: Actual): boolean {
  const denied = denials[comparison];
  // "Not" of a list means that no entry is so.
  if (denied !== undefined) return !holdsText(denied, value, actual);
  const list = typeof actual === 'string' ? [actual] : Array.isArray(actual) ? (actual as readonly string[]) : [];
  const wanted = value.text.toLowerCase();
  return list.some((one) => {
    const text = one.toLowerCase();
    switch (comparison) {
      case '=':
        // A class of response codes: 5xx.
        return text === wanted || (/^[1-5]xx$/.test(wanted) && /^\d{3}$/.test(text) && text[0] === wanted[0]);
      case '*=':
        return text.includes(wanted);
      case '^=':
        return text.startsWith(wanted);
      case '$=':
        return text.endsWith(wanted);
      case '~':
        return value.pattern?.test(one) ?? false;
      default:
        return compare(comparison, Number(text), Number(wanted));
    }
  });
}

function factsOf({ nodes, edges, namespaces }: FindContext): Map<string, NodeFacts> {
  const chosen = new Set(namespaces);
  const empty = (): NodeFacts['in'] => ({ http: null, grpc: null, tcp: null });
  const degree = new Map<string, number>();
  const facts = new Map<string, NodeFacts>();
  for (const node of nodes)
    facts.set(node.id, { in: empty(), out: empty(), latencyMs: null, rank: 100, inside: chosen.size === 0 || chosen.has(node.namespace) });
  for (const edge of edges) {
    const value = edge.protocol === 'tcp' ? (edge.sentBytesPerSecond ?? edge.receivedBytesPerSecond) : edge.rps;
    const source = facts.get(edge.source);
    const target = facts.get(edge.target);
    if (value !== null && source !== undefined) source.out[edge.protocol] = (source.out[edge.protocol] ?? 0) + value;
    if (value !== null && target !== undefined) target.in[edge.protocol] = (target.in[edge.protocol] ?? 0) + value;
    if (target !== undefined && edge.p95Ms !== null) target.latencyMs = Math.max(target.latencyMs ?? 0, edge.p95Ms);
    degree.set(edge.source, (degree.get(edge.source) ?? 0) + 1);
    degree.set(edge.target, (degree.get(edge.target) ?? 0) + 1);
  }
  // Equally connected nodes share a rank; at most 100 ranks.
  const degrees = [...new Set(degree.values())].toSorted((one, other) => other - one);
  for (const [id, fact] of facts) {
    const place = degrees.indexOf(degree.get(id) ?? -1);
    if (place !== -1) fact.rank = degrees.length <= 100 ? place + 1 : 1 + Math.floor((place * 100) / degrees.length);
  }
  return facts;
}
