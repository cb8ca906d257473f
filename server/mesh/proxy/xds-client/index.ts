export { connectControlPlane } from './connect-control-plane';
export type { ConnectOptions, ControlPlaneConnection, DiscoveryBootstrap } from './connect-control-plane';
export type { DiscoverConfigOptions } from './discover-config';
export { GrpcChannel } from './grpc-channel';
export type { ChannelTarget } from './grpc-channel';
