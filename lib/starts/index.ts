/** What a new object may begin with: what is observed in the mesh, and objects of other meshes, converted with a note for what gets lost. */
export { convertTrafficSplit } from './convert-traffic-split';
export type { Conversion, ConversionTarget } from './convert-traffic-split';
export { observePolicies, observeSidecars } from './observe-edges';
export type { ObservedCall } from './observe-edges';
