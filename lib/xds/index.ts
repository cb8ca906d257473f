export * from './types';
export { printXds } from './print';
export type { PrintedJson } from './print';
export { decodeMessage, encodeAny, encodeMessage } from './codec';
