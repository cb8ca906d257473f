export { startCitadel } from './start-citadel';
export type { Citadel, StartCitadelOptions } from './start-citadel';
export type { CallerIdentity } from './verify-token';
