import { checkTrafficSelectors, checkWasmModule } from '../shared/check-wasm';
import { checkPolicyTargets } from '../shared/rule-parts';
import type { RuleReport } from '../define-kind';
import type { TrafficExtension } from './schema';

const maxCodeLength = 65_536;

/** What Istio's webhook says about a TrafficExtension (istio.md §2.1). */
export function checkTrafficExtension({ spec }: TrafficExtension, report: RuleReport): void {
  checkPolicyTargets(report, spec);
  checkTrafficSelectors(report, spec.match);
  if ((spec.lua === undefined) === (spec.wasm === undefined)) report.error('spec', 'exactly one of lua or wasm must be set');
  if (spec.wasm !== undefined) checkWasmModule(report, 'spec.wasm', spec.wasm);
  if (spec.lua?.inlineCode === '') report.error('spec.lua.inlineCode', 'inlineCode must be set');
  if ((spec.lua?.inlineCode.length ?? 0) > maxCodeLength)
    report.error('spec.lua.inlineCode', `inlineCode must be at most ${maxCodeLength} bytes`);
}
