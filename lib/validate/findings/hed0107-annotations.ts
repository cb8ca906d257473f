import type { KubernetesResource } from '@/lib/model';
import { parse } from 'yaml';
import { podAnnotation, unknownAnnotationOf, valueProblem } from '../annotations';
import { defineFinding, kindKeys, kindOf } from '../define-finding';
import { pointerOf } from '../finding';

interface Place {
  /** Files may have numbers where Kubernetes wants text. */
  annotations: Readonly<Record<string, unknown>>;
  path: string;
  /** Whether the annotations are a pod's. */
  ofPod: boolean;
}

type WithTemplate = KubernetesResource & {
  spec?: { template?: { metadata?: { annotations?: Record<string, string> } } };
};

const controllers = [kindKeys.deployment, kindKeys.statefulSet, kindKeys.daemonSet];

/** Where an object may have annotations of Istio: on itself and on the pods it makes. */
function* placesOf(object: KubernetesResource): Generator<Place> {
  const kind = kindOf(object);
  if (object.metadata.annotations !== undefined)
    yield { annotations: object.metadata.annotations, path: 'metadata.annotations', ofPod: kind === kindKeys.pod };
  const template = (object as WithTemplate).spec?.template?.metadata?.annotations;
  if (template !== undefined && controllers.some((one) => one === kind))
    yield { annotations: template, path: 'spec.template.metadata.annotations', ofPod: true };
}

const at = (path: string, name: string) => `${path}[${JSON.stringify(name)}]`;

/** The pods of a controller repeat what its template says: it is told once, there. */
const isMade = (object: KubernetesResource) => (object.metadata.ownerReferences ?? []).length > 0;

const deployment = (metadata: string, template: string) => `apiVersion: apps/v1
kind: Deployment
metadata: ${metadata}
spec:
  selector: { matchLabels: { app: shop } }
  template:
    metadata: ${template}
    spec: { containers: [{ name: app, image: shop }] }`;

const pods = [kindKeys.pod, ...controllers];

export const misplacedAnnotation = defineFinding({
  code: 'HED0107',
  severity: 'warning',
  istio: 'IST0107',
  title: 'Annotation where nobody reads it',
  cause: 'The annotation is one of pods. On a Deployment, a Service or a Namespace it changes nothing.',
  example: deployment(
    "{ name: shop, namespace: default, annotations: { traffic.sidecar.istio.io/excludeOutboundPorts: '5432' } }",
    '{ labels: { app: shop } }',
  ),
  fix: 'Move it to the annotations of the pods: `spec.template.metadata.annotations` of the workload.',
  kinds: [...controllers, kindKeys.service, kindKeys.namespace],
  check(object, _mesh, report) {
    const inTemplate = (object as WithTemplate).spec?.template?.metadata?.annotations ?? {};
    for (const name of Object.keys(object.metadata.annotations ?? {})) {
      // A copy beside the one that counts is harmless.
      if (podAnnotation(name) === undefined || inTemplate[name] !== undefined) continue;
      report(
        at('metadata.annotations', name),
        `${name} is read from pods only; on a ${object.kind} it has no effect${object.kind === 'Namespace' || object.kind === 'Service' ? '' : ' (spec.template.metadata.annotations is the place)'}`,
      );
    }
  },
});

export const unknownAnnotation = defineFinding({
  code: 'HED0108',
  severity: 'warning',
  istio: 'IST0108',
  title: 'Annotation that Istio does not have',
  cause: 'The name begins like those of Istio and is none of them, so nothing reads it. Names of annotations are told apart by case.',
  example: deployment(
    '{ name: shop, namespace: default }',
    "{ labels: { app: shop }, annotations: { traffic.sidecar.istio.io/excludeOutboundPort: '5432' } }",
  ),
  fix: 'Correct the name.',
  kinds: pods,
  check(object, _mesh, report) {
    if (isMade(object)) return;
    for (const { annotations, path } of placesOf(object)) {
      for (const name of Object.keys(annotations)) {
        const unknown = unknownAnnotationOf(name);
        if (unknown === undefined) continue;
        const { near } = unknown;
        // A name that resembles none may be one of a later version.
        if (near === undefined) report(at(path, name), `Istio has no annotation ${name}`, { severity: 'info' });
        else
          report(at(path, name), `Istio has no annotation ${name}; did you mean ${near}?`, {
            fix: [{ op: 'move', from: pointerOf(at(path, name)), path: pointerOf(at(path, near)) }],
          });
      }
    }
  },
});

export const invalidAnnotation = defineFinding({
  code: 'HED0125',
  severity: 'warning',
  istio: 'IST0125',
  title: 'Annotation with a value it does not take',
  cause: 'The injector cannot read the value. It refuses the pod, or makes it without what the annotation asks for.',
  example: deployment(
    '{ name: shop, namespace: default }',
    '{ labels: { app: shop }, annotations: { traffic.sidecar.istio.io/excludeOutboundPorts: postgres } }',
  ),
  fix: 'Write a value of the form the finding names.',
  kinds: pods,
  check(object, _mesh, report) {
    if (isMade(object)) return;
    for (const { annotations, path, ofPod } of placesOf(object)) {
      if (!ofPod) continue;
      for (const [name, value] of Object.entries(annotations)) {
        const form = podAnnotation(name)?.form;
        if (form === undefined) continue;
        const problem =
          typeof value !== 'string' ? 'it has to stand in quotes' : form === 'yaml' ? yamlProblem(value) : valueProblem(form, value);
        if (problem !== undefined) report(at(path, name), `The value of ${name} cannot be used: ${problem}`);
      }
    }
  },
});

function yamlProblem(text: string): string | undefined {
  try {
    const read: unknown = parse(text);
    return read === null || (typeof read === 'object' && !Array.isArray(read)) ? undefined : 'it is not a block of settings';
  } catch {
    return 'it is not YAML';
  }
}

export const deprecatedAnnotation = defineFinding({
  code: 'HED0135',
  severity: 'info',
  istio: 'IST0135',
  title: 'Deprecated annotation',
  cause: 'The annotation still works and has a successor; a later version may drop it.',
  example: deployment('{ name: shop, namespace: default }', "{ labels: { app: shop }, annotations: { sidecar.istio.io/inject: 'false' } }"),
  fix: 'Use what the finding names.',
  kinds: pods,
  check(object, _mesh, report) {
    if (isMade(object)) return;
    for (const { annotations, path, ofPod } of placesOf(object)) {
      for (const name of ofPod ? Object.keys(annotations) : []) {
        const successor = podAnnotation(name)?.successor;
        if (successor !== undefined) report(at(path, name), `${name} is deprecated; use ${successor}`);
      }
    }
  },
});

export const alphaAnnotation = defineFinding({
  code: 'HED0136',
  severity: 'info',
  istio: 'IST0136',
  title: 'Annotation that may still change',
  cause: 'Istio calls the annotation alpha: it works in this version and comes without a promise for the next.',
  example: deployment('{ name: shop, namespace: default }', "{ labels: { app: shop }, annotations: { proxy.istio.io/overrides: '{}' } }"),
  fix: 'Nothing, until the next upgrade: read its notes for the annotation.',
  kinds: pods,
  check(object, _mesh, report) {
    if (isMade(object)) return;
    for (const { annotations, path, ofPod } of placesOf(object)) {
      for (const name of ofPod ? Object.keys(annotations) : [])
        if (podAnnotation(name)?.alpha === true) report(at(path, name), `${name} is an alpha feature of Istio`);
    }
  },
});
