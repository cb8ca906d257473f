import type { FindingDefinition } from './define-finding';
import { deprecatedField } from './findings/hed0005-deprecated-field';
import { missingDestination, unknownRuleHost } from './findings/hed0101-missing-host';
import { podWithoutProxy, proxyUserId, severalInjectionLabels } from './findings/hed0103-injection';
import { refusedByKind, unknownField, warnedByKind } from './findings/hed0106-well-formed';
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
import {
  claimsWithoutAuthentication,
  conflictingGateways,
  gatewayPortNotOnService,
  gatewayWithoutWorkload,
  missingCredential,
  sharedCertificate,
} from './findings/hed0145-gateways';
import { fragilePatch, uselessReplace } from './findings/hed0151-envoy-filter';
import { emptySubset, subsetWithoutLabels } from './findings/hed0173-empty-subset';
import { hostNotInGateway, missingGateway } from './findings/hed0181-missing-gateway';
import { emptySubsetInUse, missingSubset } from './findings/hed0182-missing-subset';
import { noEffect } from './findings/hed0190-no-effect';
import {
  deniesTcp,
  identityWithoutMutualTls,
  unknownMethod,
  unknownPolicyHost,
  unknownPrincipal,
  unknownProvider,
  unknownSourceNamespace,
} from './findings/hed0211-authorization';
import { competingRules, idleOutlierDetection, subsetWithoutTls, rulePastClients } from './findings/hed0221-destination-rules';
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

/** Everything validation looks for, by code. The documentation in docs/findings is made from it. */
export const findingDefinitions: readonly FindingDefinition[] = [
  unknownField,
  deprecatedField,
  missingDestination,
  podWithoutProxy,
  refusedByKind,
  conflictingHosts,
  conflictingSidecars,
  severalSidecars,
  portRequired,
  sharedWorkloadPorts,
  unnamedPort,
  severalInjectionLabels,
  selectsNothing,
  unverifiedServer,
  unverifiedServerPort,
  unreachableRule,
  ineffectiveMatch,
  hostNotInGateway,
  warnedByKind,
  hijackedPort,
  sharedCertificate,
  proxyUserId,
  conflictingGateways,
  claimsWithoutAuthentication,
  externalNamePort,
  fragilePatch,
  uselessReplace,
  unknownProvider,
  conflictingTelemetries,
  severalTelemetries,
  missingCredential,
  gatewayPortNotOnService,
  emptySubset,
  unknownRuleHost,
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
  idleOutlierDetection,
  deniesTcp,
];
