export { createMutator } from './create-mutator';
export type { InjectionContext } from './create-mutator';
export type { InjectionDecision, NamespaceFacts } from './decide-injection';
export type { InjectionConfig } from './inject-pod';
