export { arrangeTrace } from './present-spans';
export { detectTraceStore } from './detect-trace-store';
export type { TraceSearch, TraceStore, TraceStoreKind } from './trace-store';
