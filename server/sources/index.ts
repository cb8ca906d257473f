/** Adapters to the outside: Prometheus, trace stores, the control plane of the mesh. */
export * from './mesh';
export * from './prometheus';
export * from './traces';
