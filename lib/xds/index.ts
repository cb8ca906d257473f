export * from './types';
export { printDuration, printXds } from './print';
export type { PrintedJson } from './print';
export { decodeMessage, encodeMessage, knowsMessage, typeUrlPrefix } from './codec';
