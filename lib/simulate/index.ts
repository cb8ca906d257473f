/** What a request will do, asked of manifests or of a cluster's objects: the control plane's compiler and the proxy's routing, run on a draft. */
export { diffBehaviour, serviceName } from './diff-behaviour';
export type { BehaviourDiff, BehaviourDifference, ObservedRequest } from './diff-behaviour';
export { classOfPath, groupRequests, readTracedRequest } from './group-requests';
export type { GroupedRequests, ObservedEdge, TracedRequest } from './group-requests';
export { summarizeOutcome } from './summarize-outcome';
export type { Outcome, OutcomeShare } from './summarize-outcome';
export { headerQuestions } from './vary-headers';
export type { HeaderProbe, HeaderQuestions } from './vary-headers';
export { parseCurl } from './parse-curl';
export type { WrittenRequest } from './parse-curl';
export { parseRequest } from './parse-request';
export { placeWorkloads } from './place-workloads';
export { openMesh, simulate } from './simulate-request';
export type { OpenedMesh } from './simulate-request';
export { readAccessLog } from './read-access-log';
export type { LoggedRequest } from './read-access-log';
export { alignWalks, walkRequest } from './walk-request';
export type { AlignedStep, WalkGroup, WalkStep } from './walk-request';
export type {
  Authorization,
  SimulatedDestination,
  SimulatedFault,
  SimulatedRequest,
  SimulatedTry,
  Simulation,
  SimulationInput,
  Source,
} from './simulation';
