import type { FindingDefinition } from './define-finding';
import { missingDestination, unknownRuleHost } from './findings/hed0101-missing-host';
import { refusedByKind, unknownField, warnedByKind } from './findings/hed0106-well-formed';
import { portRequired, unknownPort } from './findings/hed0112-destination-port';
import { emptySubset, subsetWithoutLabels } from './findings/hed0173-empty-subset';
import { hostNotInGateway, missingGateway } from './findings/hed0181-missing-gateway';
import { emptySubsetInUse, missingSubset } from './findings/hed0182-missing-subset';

/** Everything validation looks for. The documentation in docs/findings is made from it. */
export const findingDefinitions: readonly FindingDefinition[] = [
  unknownField,
  missingDestination,
  refusedByKind,
  portRequired,
  hostNotInGateway,
  warnedByKind,
  emptySubset,
  unknownRuleHost,
  missingGateway,
  missingSubset,
  subsetWithoutLabels,
  unknownPort,
  emptySubsetInUse,
];
