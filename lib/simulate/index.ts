/** What a request will do, asked of manifests: the control plane's compiler and the proxy's routing, run on a draft. */
export { parseRequest } from './parse-request';
export { placeWorkloads } from './place-workloads';
export { simulate } from './simulate-request';
export type {
  Authorization,
  SimulatedDestination,
  SimulatedFault,
  SimulatedRequest,
  SimulatedTry,
  Simulation,
  SimulationInput,
} from './simulation';
