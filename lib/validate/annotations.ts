import { nearestName } from './nearest-name';

/** What a proxy annotation of Istio takes as its value. */
type ValueForm = 'boolean' | 'number' | 'ports' | 'ranges' | 'interception' | 'yaml' | 'text';

interface Annotation {
  form: ValueForm;
  /** Istio calls it alpha: it may change or go. */
  alpha?: boolean;
  /** What to use now; absent while the annotation is current. */
  successor?: string;
}

/** Istio's annotations of pods. Anywhere else nobody reads them. */
const podAnnotations: Readonly<Record<string, Annotation>> = {
  'ambient.istio.io/bypass-inbound-capture': { form: 'boolean', alpha: true },
  'ambient.istio.io/redirection': { form: 'text' },
  // Alpha by its name; every gateway of Istio's own charts has it.
  'inject.istio.io/templates': { form: 'text' },
  'istio.io/reroute-virtual-interfaces': { form: 'text', alpha: true },
  'prometheus.istio.io/merge-metrics': { form: 'boolean', alpha: true },
  'proxy.istio.io/config': { form: 'yaml' },
  'proxy.istio.io/overrides': { form: 'text', alpha: true },
  'readiness.status.sidecar.istio.io/applicationPorts': { form: 'ports', alpha: true },
  'readiness.status.sidecar.istio.io/failureThreshold': { form: 'number', alpha: true },
  'readiness.status.sidecar.istio.io/initialDelaySeconds': { form: 'number', alpha: true },
  'readiness.status.sidecar.istio.io/periodSeconds': { form: 'number', alpha: true },
  'sidecar.istio.io/agentLogLevel': { form: 'text', alpha: true },
  'sidecar.istio.io/bootstrapOverride': { form: 'text', alpha: true },
  'sidecar.istio.io/componentLogLevel': { form: 'text', alpha: true },
  'sidecar.istio.io/controlPlaneAuthPolicy': { form: 'text', successor: 'controlPlaneAuthPolicy in proxy.istio.io/config' },
  'sidecar.istio.io/discoveryAddress': { form: 'text', successor: 'discoveryAddress in proxy.istio.io/config' },
  'sidecar.istio.io/enableCoreDump': { form: 'boolean', alpha: true },
  'sidecar.istio.io/extraStatTags': { form: 'text', alpha: true },
  'sidecar.istio.io/inject': { form: 'boolean', successor: 'the label of the same name' },
  'sidecar.istio.io/interceptionMode': { form: 'interception', alpha: true },
  'sidecar.istio.io/logLevel': { form: 'text', alpha: true },
  'sidecar.istio.io/nativeSidecar': { form: 'boolean' },
  'sidecar.istio.io/proxyCPU': { form: 'text', alpha: true },
  'sidecar.istio.io/proxyCPULimit': { form: 'text', alpha: true },
  'sidecar.istio.io/proxyImage': { form: 'text', alpha: true },
  'sidecar.istio.io/proxyImageType': { form: 'text', alpha: true },
  'sidecar.istio.io/proxyMemory': { form: 'text', alpha: true },
  'sidecar.istio.io/proxyMemoryLimit': { form: 'text', alpha: true },
  'sidecar.istio.io/rewriteAppHTTPProbers': { form: 'boolean', alpha: true },
  'sidecar.istio.io/statsCompression': { form: 'boolean', alpha: true },
  'sidecar.istio.io/statsHistogramBuckets': { form: 'text', alpha: true },
  'sidecar.istio.io/statsInclusionPrefixes': { form: 'text', successor: 'proxyStatsMatcher in proxy.istio.io/config' },
  'sidecar.istio.io/statsInclusionRegexps': { form: 'text', successor: 'proxyStatsMatcher in proxy.istio.io/config' },
  'sidecar.istio.io/statsInclusionSuffixes': { form: 'text', successor: 'proxyStatsMatcher in proxy.istio.io/config' },
  'sidecar.istio.io/status': { form: 'text' },
  'sidecar.istio.io/userVolume': { form: 'text', alpha: true },
  'sidecar.istio.io/userVolumeMount': { form: 'text', alpha: true },
  'status.sidecar.istio.io/port': { form: 'number', alpha: true },
  'traffic.sidecar.istio.io/excludeInboundPorts': { form: 'ports', alpha: true },
  'traffic.sidecar.istio.io/excludeInterfaces': { form: 'text', alpha: true },
  'traffic.sidecar.istio.io/excludeOutboundIPRanges': { form: 'ranges', alpha: true },
  'traffic.sidecar.istio.io/excludeOutboundPorts': { form: 'ports', alpha: true },
  'traffic.sidecar.istio.io/includeInboundPorts': { form: 'ports', alpha: true },
  'traffic.sidecar.istio.io/includeOutboundIPRanges': { form: 'ranges', alpha: true },
  'traffic.sidecar.istio.io/includeOutboundPorts': { form: 'ports', alpha: true },
  'traffic.sidecar.istio.io/kubevirtInterfaces': { form: 'text', successor: 'istio.io/reroute-virtual-interfaces' },
};

/** Groups of annotations in which every name is Istio's. */
const owned = /^(?:proxy|inject|(?:(?:traffic|status|readiness\.status)\.)?sidecar)\.istio\.io\//;

export function podAnnotation(name: string): Annotation | undefined {
  return Object.hasOwn(podAnnotations, name) ? podAnnotations[name] : undefined;
}

/** Whether an annotation stands in a group of Istio's and is none of it, and which one may be meant. */
export function unknownAnnotationOf(name: string): { near: string | undefined } | undefined {
  if (podAnnotation(name) !== undefined || !owned.test(name)) return undefined;
  return { near: nearestName(name, Object.keys(podAnnotations)) };
}

const port = /^\d{1,5}$/;
const range = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f:]*:[\da-f:.]*)(?:\/\d{1,3})?$/i;
const listOf = (text: string) => text.split(',').map((part) => part.trim());

/** Why a value is not what the annotation takes; `undefined` when it is. YAML is the caller's to read. */
export function valueProblem(form: ValueForm, value: string): string | undefined {
  switch (form) {
    case 'boolean':
      return ['true', 'false', '1', '0', 't', 'f', 'T', 'F', 'TRUE', 'FALSE', 'True', 'False', 'y', 'yes', 'on', 'n', 'no', 'off'].includes(
        value,
      )
        ? undefined
        : 'it is neither true nor false';
    case 'number':
      return /^\d+$/.test(value.trim()) ? undefined : 'it is not a number';
    case 'ports': {
      if (value.trim() === '' || value.trim() === '*') return undefined;
      const wrong = listOf(value).find((part) => !port.test(part) || Number(part) > 65_535);
      return wrong === undefined ? undefined : `${JSON.stringify(wrong)} is not a port`;
    }
    case 'ranges': {
      if (value.trim() === '' || value.trim() === '*') return undefined;
      const wrong = listOf(value).find((part) => !range.test(part));
      return wrong === undefined ? undefined : `${JSON.stringify(wrong)} is not a range of addresses (10.0.0.0/8)`;
    }
    case 'interception':
      return ['REDIRECT', 'TPROXY', 'NONE'].includes(value) ? undefined : 'it is none of REDIRECT, TPROXY, NONE';
    case 'yaml':
    case 'text':
      return undefined;
  }
}
