import { armedDeadlines } from '../io/deadline';
import type { Proxy } from '../proxy';
import { labelText } from '../telemetry/labels';

/** Gauges among Envoy's counters of a cluster. */
const gauges = /_(active|open)$/;

/** `/stats` in Envoy's text form: `cluster.NAME.upstream_rq_total: 3`. */
export function renderStats(proxy: Proxy, filter: RegExp | null, usedOnly: boolean): string {
  const lines: string[] = [];
  for (const cluster of proxy.context.clusters.all()) {
    for (const [name, value] of cluster.stats.entries(cluster.load, cluster.settings.limits))
      lines.push(`cluster.${cluster.name}.${name}: ${value}`);
  }
  for (const runtime of proxy.listeners.all()) {
    const stats = proxy.listeners.statsOf(runtime.config.name);
    if (stats === undefined) continue;
    const prefix = `listener.${runtime.config.name.replaceAll(':', '_')}`;
    lines.push(
      `${prefix}.downstream_cx_total: ${stats.connections}`,
      `${prefix}.downstream_cx_active: ${runtime.active}`,
      `${prefix}.ssl.connection_error: ${stats.tlsErrors}`,
      `${prefix}.no_filter_chain_match: ${stats.noChain}`,
      `${prefix}.downstream_cx_protocol_error: ${stats.protocolErrors}`,
    );
  }
  for (const [name, value] of proxy.context.metrics.rbacCounters()) lines.push(`rbac.${name}: ${value}`);
  lines.push(
    `server.uptime: ${Math.floor((Date.now() - proxy.startedAt) / 1000)}`,
    `server.live: ${proxy.ready ? 1 : 0}`,
    `server.armed_deadlines: ${armedDeadlines()}`,
    `server.memory_allocated: ${process.memoryUsage().rss}`,
    `tracing.opentelemetry.spans_sent: ${proxy.context.spans.sent}`,
    `tracing.opentelemetry.spans_dropped: ${proxy.context.spans.dropped}`,
  );
  const kept = lines.filter((line) => (filter === null || filter.test(line)) && (!usedOnly || !line.endsWith(': 0')));
  return `${kept.join('\n')}\n`;
}

/** `/stats/prometheus`: Istio's metrics, and of Envoy's those that have counted anything. */
export function renderPrometheus(proxy: Proxy): string {
  const lines: string[] = [];
  proxy.context.metrics.table.render(lines);
  const families = new Map<string, string[]>();
  const add = (name: string, type: string, labels: string, value: number): void => {
    const key = `# TYPE ${name} ${type}`;
    const list = families.get(key);
    const line = `${name}${labels === '' ? '' : `{${labels}}`} ${value}`;
    if (list === undefined) families.set(key, [line]);
    else list.push(line);
  };
  for (const cluster of proxy.context.clusters.all()) {
    const used = cluster.stats.upstream_rq_total + cluster.stats.upstream_cx_total + cluster.stats.upstream_rq_pending_overflow > 0;
    if (!used) continue;
    const label: [string, string] = ['cluster_name', cluster.name];
    for (const [name, value] of cluster.stats.entries(cluster.load, cluster.settings.limits)) {
      const byClass = /^upstream_rq_([1-5])xx$/.exec(name);
      const byCode = /^upstream_rq_(\d{3})$/.exec(name);
      if (byClass !== null) {
        if (value > 0) add('envoy_cluster_upstream_rq_xx', 'counter', labelText([['response_code_class', byClass[1] ?? ''], label]), value);
      } else if (byCode !== null)
        add('envoy_cluster_upstream_rq', 'counter', labelText([['response_code', byCode[1] ?? ''], label]), value);
      else if (value > 0 || always.has(name))
        add(`envoy_cluster_${name.replaceAll('.', '_')}`, gauges.test(name) ? 'gauge' : 'counter', labelText([label]), value);
    }
  }
  for (const [name, value] of proxy.context.metrics.rbacCounters())
    add(`envoy_http_rbac_${name.replaceAll(/[^a-zA-Z0-9_]/g, '_')}`, 'counter', '', value);
  add('envoy_server_uptime', 'gauge', '', Math.floor((Date.now() - proxy.startedAt) / 1000));
  add('envoy_server_live', 'gauge', '', proxy.ready ? 1 : 0);
  add('envoy_server_memory_physical_size', 'gauge', '', process.memoryUsage().rss);
  add('process_resident_memory_bytes', 'gauge', '', process.memoryUsage().rss);
  const cpu = process.cpuUsage();
  add('process_cpu_seconds_total', 'counter', '', (cpu.user + cpu.system) / 1e6);
  add(
    'istio_build',
    'gauge',
    labelText([
      ['component', 'proxy'],
      ['tag', 'heddle'],
    ]),
    1,
  );
  for (const [type, list] of families) lines.push(type, ...list);
  return `${lines.join('\n')}\n`;
}

/** Shown for every used cluster even at zero, since graphs divide by them. */
const always = new Set([
  'upstream_rq_total',
  'upstream_rq_active',
  'upstream_rq_pending_active',
  'upstream_rq_pending_overflow',
  'upstream_cx_active',
]);
