/** The console's use cases. `getConsole()` is the one holder of long-lived things; `answerRequest` makes route handlers of use cases. */
export { answerRequest } from './answer-request';
export type { Asked, RouteHandler } from './answer-request';
export { applyChange } from './apply-change';
export { checkConvergence } from './check-convergence';
export { getConsole } from './console-state';
export type { Console } from './console-state';
export { listKinds, listObjects, showObject } from './list-objects';
export { previewChange } from './preview-change';
export { searchTraces, showTrace, traceOperations, traceServices } from './search-traces';
export { product } from '@/server/config';
export { showMeta } from './show-meta';
export { showOverview } from './show-overview';
export { edgeSeries, serviceSeries, workloadSeries } from './show-series';
export { listServices, showService } from './show-services';
export { showTraffic } from './show-traffic';
export { streamEvents } from './stream-events';
export { listChanges, undoChange } from './undo-change';
