import type { GatewayModel } from './index-gateways';
import type { MeshState } from './mesh-state';
import type { VirtualServiceModel } from './route-model';

export interface GatewayApiRoutes {
  models: readonly VirtualServiceModel[];
  gateways: readonly GatewayModel[];
}

const none: GatewayApiRoutes = { models: [], gateways: [] };

export function gatewayApiRoutes(_state: MeshState): GatewayApiRoutes {
  return none;
}
