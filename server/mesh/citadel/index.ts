export { startCitadel } from './start-citadel';
export type { Citadel, StartCitadelOptions } from './start-citadel';
export { tokenAudience } from './verify-token';
export type { CallerIdentity } from './verify-token';
