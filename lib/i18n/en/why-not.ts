/** Why something cannot be done here, and what can be done instead. */
export const whyNot = {
  several_virtual_services:
    '{count} VirtualServices route this service ({names}): which rule wins depends on their age. Merge them, or edit their YAML.',
  gateway_api_route: 'HTTPRoute {name} of the Gateway API routes this service. Edit its YAML.',
  delegated: 'VirtualService {name} leaves the decision to other VirtualServices. Edit those.',
  no_http_rule: 'VirtualService {name} has no HTTP rules; TCP and TLS routes are edited as YAML.',
  no_destination: 'No rule of VirtualService {name} sends requests to this service.',
} as const;
