/** Configurations and requests, drawn from a seed. */
export { drawCase } from './draw-case';
export { HANG_MS, podNames } from './property-case';
export type { CaseRequest, ConfigObject, PodName, PropertyCase, Token } from './property-case';
