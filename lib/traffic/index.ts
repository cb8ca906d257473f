/**
 * The traffic of one service as an editor holds it: the route object that acts on it (a VirtualService, HTTPRoute or GRPCRoute) rule by
 * rule, the DestinationRule beside it, and the objects a draft of both comes to. Whatever is not edited stays as it is.
 */
export {
  policyBlocks,
  portsWithPolicy,
  readPolicyField,
  subsetsInUse,
  withPolicyBlock,
  withPolicyField,
  withPortPolicy,
  withoutPortPolicy,
  withoutSubset,
} from './edit-policy';
export type { PolicyBlock, PolicyPath, PolicyScope } from './edit-policy';
export {
  addCohort,
  addRule,
  duplicateRule,
  editFault,
  editRule,
  faultOf,
  incompleteRules,
  isEdited,
  moveRule,
  movedRules,
  openRoute,
  removeRule,
  ruleEditorOf,
} from './edit-rules';
export type { DraftFault, DraftRule, RouteDraft, RouteObject } from './edit-rules';
export { findUnreachable } from './find-unreachable';
export { concernsCaller } from './concern-caller';
export type { Caller } from './concern-caller';
export { mainRule } from './main-rule';
export { readSplit, writeSplit } from './split-rule';
export type { SplitContext, SplitRow } from './split-rule';
export { changedObjects, newDestinationRule, newVirtualService } from './write-draft';
