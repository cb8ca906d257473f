import type { FindingDefinition } from './define-finding';
import { deprecatedField } from './findings/hed0005-deprecated-field';
import { missingDestination, unknownRuleHost } from './findings/hed0101-missing-host';
import { autoImage, autoImagePod, injectedByDefault, namespaceNotInjected, oldProxyImage } from './findings/hed0102-namespace-injection';
import { podWithoutProxy, proxyUserId, severalInjectionLabels } from './findings/hed0103-injection';
import { refusedByKind, unknownField, warnedByKind } from './findings/hed0106-well-formed';
import {
  alphaAnnotation,
  deprecatedAnnotation,
  invalidAnnotation,
  misplacedAnnotation,
  unknownAnnotation,
} from './findings/hed0107-annotations';
import { conflictingHosts } from './findings/hed0109-conflicting-hosts';
import {
  conflictingPeerAuthentications,
  conflictingSidecars,
  conflictingTelemetries,
  selectsNothing,
  severalPeerAuthentications,
  severalSidecars,
  severalTelemetries,
} from './findings/hed0110-competing-policies';
import { portRequired, unknownPort } from './findings/hed0112-destination-port';
import {
  externalNamePort,
  serviceWithoutWorkload,
  sharedWorkloadPorts,
  unknownTargetPort,
  unnamedPort,
} from './findings/hed0118-service-ports';
import { mutualTlsMismatch, unverifiedServer, unverifiedServerPort } from './findings/hed0128-client-tls';
import { ineffectiveMatch, unreachableRule } from './findings/hed0130-unreachable-routes';
import { conflictingProtocol, duplicateEntry, hijackedPort, unknownExport } from './findings/hed0134-service-entries';
import { sharedTargetPort } from './findings/hed0137-shared-target-ports';
import {
  claimsWithoutAuthentication,
  conflictingGateways,
  gatewayPortNotOnService,
  gatewayWithoutWorkload,
  missingCredential,
  sharedCertificate,
} from './findings/hed0145-gateways';
import { fragilePatch, uselessAdd, uselessRemove, uselessReplace, versionedPatch } from './findings/hed0151-envoy-filter';
import {
  gatewaySelector,
  internalGateway,
  openKeyFetch,
  policyWithoutTarget,
  unknownTrustDomain,
} from './findings/hed0165-gateway-policies';
import { inconsistentService } from './findings/hed0170-several-clusters';
import { negativeCondition } from './findings/hed0171-negative-condition';
import { emptySubset, subsetWithoutLabels } from './findings/hed0173-empty-subset';
import { hostNotInGateway, missingGateway } from './findings/hed0181-missing-gateway';
import { emptySubsetInUse, missingSubset } from './findings/hed0182-missing-subset';
import { noEffect } from './findings/hed0190-no-effect';
import {
  deniesTcp,
  identityWithoutMutualTls,
  unknownMethod,
  unknownPolicyHost,
  remotePrincipal,
  unknownPrincipal,
  unknownProvider,
  unknownSourceNamespace,
} from './findings/hed0211-authorization';
import { competingRules, idleOutlierDetection, rulePastClients, subsetWithoutTls } from './findings/hed0221-destination-rules';
import { impliedRegistryOnly, rootSidecarWithSelector, unknownEgressHost } from './findings/hed0254-sidecar';
import {
  brokenDelegate,
  idleDelegate,
  idleFault,
  loneWeight,
  openFault,
  repeatedDestination,
  retriesBeyondTimeout,
  unevenWeights,
  wrongProtocol,
} from './findings/hed0264-route-shares';
import { grantFromNowhere, missingBackend, missingParent, repeatedMatch, unknownGatewayClass } from './findings/hed0281-gateway-api';
import { callerGivesUp, multipliedRetries } from './findings/hed0321-call-paths';
import {
  meshTlsWithoutPolicy,
  namespaceTlsWithoutPolicy,
  plaintextToStrict,
  strictMeshWithoutRule,
  strictNamespaceWithoutRule,
  tlsOffInMesh,
  tlsOffInNamespace,
} from './findings/hed0425-mesh-tls';
import { missingAccount, sharedAddress, sharedGroupLabels, sharedListener, unknownAppProtocol } from './findings/hed0462-shared-names';
import {
  idleAmbientAuthentication,
  idleAmbientPlugin,
  idleAmbientPolicy,
  idleAmbientTelemetry,
  untargetedAmbientAuthentication,
  untargetedAmbientPlugin,
  untargetedAmbientPolicy,
  untargetedAmbientTelemetry,
} from './findings/hed0509-ambient-policies';
import {
  distantAmbientRoute,
  distantAmbientRule,
  exemptAmbientRoute,
  exemptAmbientRule,
  idleAmbientRoute,
  idleAmbientRule,
} from './findings/hed0520-ambient-routes';
import {
  bothModes,
  missingWaypoint,
  sidecarInAmbientNamespace,
  sidecarLabelInAmbient,
  sidecarWithAmbientLabel,
  waypointOutside,
} from './findings/hed0551-ambient-workloads';

/** Everything validation looks for, by code. The documentation in docs/findings is made from it. */
export const findingDefinitions: readonly FindingDefinition[] = [
  unknownField,
  deprecatedField,
  missingDestination,
  namespaceNotInjected,
  podWithoutProxy,
  refusedByKind,
  misplacedAnnotation,
  unknownAnnotation,
  conflictingHosts,
  conflictingSidecars,
  severalSidecars,
  portRequired,
  sharedWorkloadPorts,
  unnamedPort,
  severalInjectionLabels,
  invalidAnnotation,
  selectsNothing,
  unverifiedServer,
  unverifiedServerPort,
  unreachableRule,
  ineffectiveMatch,
  hostNotInGateway,
  warnedByKind,
  hijackedPort,
  deprecatedAnnotation,
  alphaAnnotation,
  sharedTargetPort,
  sharedCertificate,
  proxyUserId,
  conflictingGateways,
  autoImage,
  autoImagePod,
  injectedByDefault,
  claimsWithoutAuthentication,
  externalNamePort,
  fragilePatch,
  uselessReplace,
  uselessAdd,
  uselessRemove,
  versionedPatch,
  unknownProvider,
  oldProxyImage,
  conflictingTelemetries,
  severalTelemetries,
  missingCredential,
  gatewayPortNotOnService,
  internalGateway,
  gatewaySelector,
  policyWithoutTarget,
  inconsistentService,
  negativeCondition,
  emptySubset,
  unknownRuleHost,
  openKeyFetch,
  conflictingProtocol,
  missingGateway,
  missingSubset,
  noEffect,
  severalPeerAuthentications,
  conflictingPeerAuthentications,
  unknownExport,
  unknownSourceNamespace,
  unknownMethod,
  unknownPolicyHost,
  identityWithoutMutualTls,
  unknownPrincipal,
  remotePrincipal,
  competingRules,
  subsetWithoutTls,
  mutualTlsMismatch,
  subsetWithoutLabels,
  gatewayWithoutWorkload,
  unknownTargetPort,
  serviceWithoutWorkload,
  unknownEgressHost,
  rootSidecarWithSelector,
  impliedRegistryOnly,
  loneWeight,
  repeatedDestination,
  duplicateEntry,
  missingParent,
  missingBackend,
  unknownGatewayClass,
  grantFromNowhere,
  repeatedMatch,
  unknownPort,
  emptySubsetInUse,
  brokenDelegate,
  retriesBeyondTimeout,
  openFault,
  idleFault,
  rulePastClients,
  unevenWeights,
  idleDelegate,
  wrongProtocol,
  callerGivesUp,
  multipliedRetries,
  idleOutlierDetection,
  deniesTcp,
  unknownTrustDomain,
  meshTlsWithoutPolicy,
  namespaceTlsWithoutPolicy,
  plaintextToStrict,
  strictMeshWithoutRule,
  strictNamespaceWithoutRule,
  tlsOffInNamespace,
  tlsOffInMesh,
  unknownAppProtocol,
  sharedListener,
  sharedAddress,
  missingAccount,
  sharedGroupLabels,
  idleAmbientPolicy,
  untargetedAmbientPolicy,
  idleAmbientRule,
  exemptAmbientRule,
  distantAmbientRule,
  idleAmbientRoute,
  exemptAmbientRoute,
  distantAmbientRoute,
  idleAmbientAuthentication,
  untargetedAmbientAuthentication,
  idleAmbientPlugin,
  untargetedAmbientPlugin,
  idleAmbientTelemetry,
  untargetedAmbientTelemetry,
  bothModes,
  waypointOutside,
  missingWaypoint,
  sidecarLabelInAmbient,
  sidecarWithAmbientLabel,
  sidecarInAmbientNamespace,
];
