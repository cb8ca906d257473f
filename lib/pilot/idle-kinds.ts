/** Kinds that are stored and shown but change nothing a proxy does. */
export const idleKinds: Readonly<Record<string, string>> = {
  'networking.istio.io/EnvoyFilter': 'EnvoyFilters are kept, but no patch is applied',
  'networking.istio.io/WorkloadGroup': 'WorkloadGroups are kept; WorkloadEntries are not made from them',
  'extensions.istio.io/WasmPlugin': 'Proxies here run no WebAssembly',
  'extensions.istio.io/TrafficExtension': 'Proxies here run no extensions',
  'gateway.networking.k8s.io/BackendTLSPolicy': 'TLS to backends is set by DestinationRules here',
};
