export { loadConfig } from './load-config';
export type { Config } from './load-config';
export { product } from './product';
