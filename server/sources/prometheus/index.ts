export { createPrometheus } from './create-prometheus';
export type { Line, Prometheus, PrometheusOptions, QueryOptions } from './create-prometheus';
