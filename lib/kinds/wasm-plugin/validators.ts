import { checkTrafficSelectors, checkWasmModule } from '../shared/check-wasm';
import { checkPolicyTargets } from '../shared/rule-parts';
import type { RuleReport } from '../define-kind';
import type { WasmPlugin } from './schema';

/** What Istio's webhook says about a WasmPlugin (istio.md §2.1). */
export function checkWasmPlugin({ spec }: WasmPlugin, report: RuleReport): void {
  checkPolicyTargets(report, spec);
  checkWasmModule(report, 'spec', spec);
  checkTrafficSelectors(report, spec.match);
}
