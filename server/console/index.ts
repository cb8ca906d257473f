/** The console's use cases. `getConsole()` is the one holder of long-lived things; `answerRequest` makes route handlers of use cases. */
export { answerRequest } from './answer-request';
export type { Asked, RouteHandler } from './answer-request';
export { applyChange } from './apply-change';
export { checkConvergence } from './check-convergence';
export { explainRequest } from './explain-request';
export { getConsole } from './console-state';
export type { Console } from './console-state';
export { explainFlags } from './explain-flags';
export { stopFaults } from './end-faults';
<<<<<<< HEAD
export { listSeenRequests } from './list-seen-requests';
=======
export { listMeshObjects } from './list-mesh-objects';
>>>>>>> 55d0c0c (Drafts are checked against the whole mesh in a worker; what there is to choose from is read there)
export { listFaults } from './live-faults';
export { listKinds, listObjects, showObject } from './list-objects';
export { isRefused, previewChange } from './preview-change';
export type { PreviewSources } from './preview-change';
export { isConfiguration } from './known-kinds';
export { createTrafficSampler } from './sample-traffic';
export { watchCluster } from './watch-cluster';
export { searchTraces, showTrace, traceOperations, traceServices } from './search-traces';
export { product } from '@/server/config';
export { actOnRollout, listRollouts, showRollout, startRollout } from './start-rollout';
export { showMeta } from './show-meta';
export { showOverview } from './show-overview';
export { edgeSeries, groupSeries, serviceSeries, workloadSeries } from './show-series';
export { listServices, showService } from './show-services';
export { showTraffic } from './show-traffic';
export { streamEvents } from './stream-events';
export { listChanges, previewUndo, undoChange } from './undo-change';
