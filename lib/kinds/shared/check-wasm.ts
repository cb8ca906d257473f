import { checkPort, duplicates, quote } from './rule-parts';
import type { RuleReport } from '../define-kind';

interface WasmModule {
  url: string;
  sha256?: string | undefined;
  vmConfig?: { env?: readonly { name: string; value?: string | undefined; valueFrom?: string | undefined }[] | undefined } | undefined;
}

/** A WebAssembly module: where it comes from, its digest, its environment. */
export function checkWasmModule(report: RuleReport, path: string, wasm: WasmModule): void {
  if (wasm.url === '') report.error(`${path}.url`, 'url field needs to be set');
  else {
    const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(wasm.url)?.[1]?.toLowerCase();
    if (scheme !== undefined && !['http', 'https', 'oci', 'file'].includes(scheme))
      report.error(`${path}.url`, `url contains unsupported scheme: ${scheme}`);
  }
  if (wasm.sha256 !== undefined && wasm.sha256 !== '') {
    if (wasm.sha256.length !== 64) report.error(`${path}.sha256`, 'sha256 field must be 64 characters long');
    else if (!/^[0-9a-f]+$/.test(wasm.sha256)) report.error(`${path}.sha256`, 'sha256 field must match [a-f0-9]{64} pattern');
  }
  const env = wasm.vmConfig?.env ?? [];
  for (const [index, one] of env.entries()) {
    const at = `${path}.vmConfig.env[${index}]`;
    if (one.name === '') report.error(`${at}.name`, 'spec.vmConfig.env invalid');
    if (one.valueFrom === 'HOST' && (one.value ?? '') !== '') report.error(`${at}.value`, 'value may only be set when valueFrom is INLINE');
  }
  for (const { text, index } of duplicates(env.map((one) => one.name)))
    report.error(`${path}.vmConfig.env[${index}].name`, `duplicate env name ${quote(text)}`);
}

interface TrafficSelector {
  ports?: readonly { number: number }[] | undefined;
}

export function checkTrafficSelectors(report: RuleReport, selectors: readonly TrafficSelector[] | undefined): void {
  for (const [index, selector] of (selectors ?? []).entries()) {
    for (const [position, port] of (selector.ports ?? []).entries())
      checkPort(report, `spec.match[${index}].ports[${position}].number`, port.number);
    for (const { text, index: position } of duplicates((selector.ports ?? []).map((port) => String(port.number))))
      report.error(`spec.match[${index}].ports[${position}].number`, `duplicate port ${text}`);
  }
}
