import type { PerFilterConfig, PerFilterConfigs } from '@/lib/xds';
import { filterNames, typeUrls } from '@/lib/xds';
import { compileRbacFilter } from './compile-rbac';
import { compileCors } from './decide-cors';
import { compileFault } from './decide-fault';
import type { FilterOverrides } from './route-table';

export const noFilterOverrides: FilterOverrides = { fault: null, faultSource: null, cors: null, rbac: null, jwt: null };

/** Resolves `typed_per_filter_config` of the levels around a route; the first level that names a filter decides. */
export function compileFilterOverrides(levels: readonly (PerFilterConfigs | undefined)[]): FilterOverrides {
  const entries = new Map<string, PerFilterConfig>();
  for (const level of levels) {
    for (const [name, config] of Object.entries(level ?? {})) if (!entries.has(name)) entries.set(name, config);
  }
  let overrides = noFilterOverrides;
  for (const [name, config] of entries) overrides = { ...overrides, ...compileOverride(name, config) };
  return overrides;
}

function compileOverride(name: string, config: PerFilterConfig): Partial<FilterOverrides> {
  switch (config['@type']) {
    case typeUrls.fault:
      return { fault: compileFault(config), faultSource: config };
    case typeUrls.corsPolicy:
      return { cors: compileCors(config) };
    case typeUrls.httpRbacPerRoute:
      return { rbac: config.rbac === undefined ? 'disabled' : compileRbacFilter(config.rbac) };
    case typeUrls.jwtPerRoute:
      return { jwt: config };
    case typeUrls.filterConfig:
      if (config.disabled === true) return disableFilter(name);
      return config.config === undefined ? {} : compileOverride(name, config.config);
    case 'heddle.dev/opaque':
      return {};
  }
}

function disableFilter(name: string): Partial<FilterOverrides> {
  switch (name) {
    case filterNames.fault:
      return { fault: 'disabled', faultSource: null };
    case filterNames.cors:
      return { cors: 'disabled' };
    case filterNames.httpRbac:
      return { rbac: 'disabled' };
    case filterNames.jwtAuthn:
      return { jwt: { disabled: true } };
    default:
      return {};
  }
}
