export { loadConfig } from './load-config';
export type { Config } from './load-config';
export { product } from './product';
export { runFile } from './run-file';
export type { RunFile } from './run-file';
