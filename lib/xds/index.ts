export * from './types';
export { printDuration, printXds } from './print';
export type { PrintedJson } from './print';
export { decodeMessage, encodeAny, encodeMessage, knowsMessage, typeUrlPrefix } from './codec';
