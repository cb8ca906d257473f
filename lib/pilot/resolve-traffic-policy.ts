import type { MergedDestinationRule, Subset } from './index-destination-rules';
import type { TrafficPolicy } from './mesh-settings';

/** The settings of one Envoy cluster after all merging. */
export type EffectivePolicy = Pick<
  TrafficPolicy,
  'connectionPool' | 'outlierDetection' | 'loadBalancer' | 'tls' | 'tunnel' | 'proxyProtocol' | 'retryBudget'
>;

const blocks = ['connectionPool', 'outlierDetection', 'loadBalancer', 'tls', 'tunnel', 'proxyProtocol', 'retryBudget'] as const;

/**
 * The policy for one port of a service, as its subset sees it: the mesh's default, below the rule's, below the subset's, block by
 * block. Settings for the port replace all four blocks they can name: what they leave out is default, not inherited (istio.md §1.2).
 */
export function resolveTrafficPolicy(
  meshDefault: TrafficPolicy | undefined,
  rule: MergedDestinationRule | undefined,
  subset: Subset | undefined,
  port: number,
): EffectivePolicy {
  let policy: EffectivePolicy = {};
  for (const layer of [meshDefault, rule?.trafficPolicy, subset?.trafficPolicy])
    if (layer !== undefined) policy = mergeLayer(policy, layer, port);
  return policy;
}

function mergeLayer(base: EffectivePolicy, layer: TrafficPolicy, port: number): EffectivePolicy {
  const merged: EffectivePolicy = { ...base };
  for (const block of blocks) if (layer[block] !== undefined) Object.assign(merged, { [block]: layer[block] });
  const own = layer.portLevelSettings?.find((settings) => settings.port?.number === port);
  if (own === undefined) return merged;
  for (const block of ['connectionPool', 'outlierDetection', 'loadBalancer', 'tls'] as const) {
    if (own[block] === undefined) delete merged[block];
    else Object.assign(merged, { [block]: own[block] });
  }
  return merged;
}
