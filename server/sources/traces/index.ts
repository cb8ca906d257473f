export { arrangeTrace, summarizeTrace } from './arrange-trace';
export { detectTraceStore } from './detect-trace-store';
export type { RawSpan, TraceSearch, TraceStore, TraceStoreKind } from './trace-store';
