/** The trace store of the bundled mesh: OTLP/HTTP and Zipkin in, Jaeger's query APIs out. */
export { startTracing } from './start-tracing';
export type { Tracing, TracingOptions } from './start-tracing';
