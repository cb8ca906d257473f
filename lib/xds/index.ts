export * from './types';
export { printDuration, printXds } from './print';
export type { PrintedJson } from './print';
