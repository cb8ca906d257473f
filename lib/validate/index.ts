/**
 * Findings about a mesh's objects, in pure code.
 *
 *     const validation = new Validation(objects, { complete: true });
 *     validation.findings();
 *     validation.update({ applied: [edited] }); // re-checks what the edit concerns, and nothing else
 *     validation.judge(draft);                  // the draft's own findings; nothing is kept
 */
export { AdmissionRules } from './admission-rules';
export type { AdmissionVerdict } from './admission-rules';
export { applyFixes } from './apply-fixes';
export type { FixedText } from './apply-fixes';
export { contextKinds, defaultRootNamespace } from './context-kinds';
export type { ContextKind } from './context-kinds';
export { describeIssue } from './describe-issue';
export { documentFindings, documentationOf, findingDefinition, findingTitle } from './document-findings';
export type { FindingDefinition } from './define-finding';
export { checkTexts } from './check-texts';
export type { CheckedTexts, TextFinding } from './check-texts';
export { DraftValidation } from './draft-validation';
export type { Finding, ObjectName, PatchStep, Severity } from './finding';
export { compareFindings } from './finding';
export { objectKey } from './mesh-index';
export { readMeshChoices } from './mesh-choices';
export type { HostChoice, MeshChoices } from './mesh-choices';
export { mendObject } from './mend-object';
export { readManifests } from './read-manifests';
export type { Manifest, ManifestText } from './read-manifests';
export { findingDefinitions } from './registry';
export { ofRemoteCluster } from './remote-cluster';
export { findUnknownFields, sayUnknownField } from './unknown-fields';
export { Validation, validateDraft, validateObjects } from './validation';
export type { DraftFinding, MeshChange, ValidationOptions } from './validation';
