export * from './types';
export { printDuration, printXds } from './print';
export type { PrintedJson } from './print';
export { decodeMessage, encodeMessage, encodeResource, knowsMessage, typeUrlPrefix } from './codec';
