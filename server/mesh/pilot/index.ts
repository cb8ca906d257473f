export type { Authenticate, CallerIdentity } from './check-caller';
export type { SyncRow } from './report-sync';
export { startPilot } from './start-pilot';
export type { Pilot, StartPilotOptions } from './start-pilot';
export type { ObjectSource } from './watch-objects';
export type { CallHandler, GrpcCall, GrpcMethods } from './serve-grpc';
