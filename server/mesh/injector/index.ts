export { createMutator } from './create-mutator';
export type { InjectionContext } from './create-mutator';
export { shouldInject } from './decide-injection';
export type { InjectionDecision, NamespaceFacts } from './decide-injection';
export { injectPod } from './inject-pod';
export type { InjectionConfig } from './inject-pod';
