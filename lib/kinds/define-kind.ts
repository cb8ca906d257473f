import type { z } from 'zod';
import type { Words } from '@/lib/i18n';
import type { FormLayout } from './form-layout';
import type { ReferenceTable } from './read-references';

/** A reference from an object to the one that owns it (Kubernetes meta/v1 OwnerReference). */
export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** Kubernetes meta/v1 ObjectMeta, the fields Heddle reads or writes. */
export interface ObjectMeta {
  name: string;
  namespace?: string;
  generateName?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  finalizers?: string[];
  managedFields?: ManagedFieldsEntry[];
}

/** Who owns which fields (Kubernetes meta/v1 ManagedFieldsEntry). */
export interface ManagedFieldsEntry {
  manager?: string;
  operation?: 'Apply' | 'Update';
  apiVersion?: string;
  time?: string;
  fieldsType?: string;
  fieldsV1?: Record<string, unknown>;
  subresource?: string;
}

/** A stored object: type, metadata and a `spec` whose shape the kind's schema says. */
export interface KubernetesObject<Spec = Record<string, unknown>, Status = Record<string, unknown>> {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: Spec;
  status?: Status;
}

/** A column of `kubectl get`. `jsonPath` is Kubernetes' CRD dialect, starting with a dot. */
export interface PrinterColumn {
  name: string;
  jsonPath: string;
  description?: string;
  type?: 'string' | 'integer' | 'date' | 'boolean';
  priority?: number;
}

/** Where the rules of a kind say what is wrong with an object. Errors are what Istio's webhook refuses, in its wording; warnings it lets pass. */
export interface RuleReport {
  /** `path` as `spec.http[0].route[1].weight`. */
  error(path: string, message: string): void;
  warning(path: string, message: string): void;
  /** Why a text is no regular expression in RE2 syntax, if it is none. */
  regexProblem(pattern: string): string | undefined;
}

/** Rules about one object that need no other object. Declared as a method, so that a kind's own function takes its own type of object. */
export type KindRules = { check(object: KubernetesObject, report: RuleReport): void }['check'];

/** What every room may know of a kind. The registry of these is the only list of kinds. */
export interface KindDefinition {
  /** API group; empty for the core group. */
  group: string;
  kind: string;
  plural: string;
  singular: string;
  shortNames: readonly string[];
  categories: readonly string[];
  /** Served versions; the first one is the version objects are stored in. All share one schema. */
  versions: readonly string[];
  namespaced: boolean;
  /** Whether `/status` is a subresource of its own. */
  hasStatus: boolean;
  /** Schema of `spec`; `undefined` for kinds whose whole body is free (`body` then says what is checked). */
  spec: z.ZodType | undefined;
  /** Schema of the top-level fields beside apiVersion, kind, metadata, for kinds without `spec` (ConfigMap, Secret …). */
  body: z.ZodType | undefined;
  /** Schema of `status`; free when `undefined`. */
  status: z.ZodType | undefined;
  /** Whether an object without `spec` is complete. */
  specOptional: boolean;
  /** Brought by Kubernetes itself, not by a CustomResourceDefinition: its lists merge by key and strategic merge patches are allowed. */
  native: boolean;
  /** Subresources besides `status`: `scale`, `log` … */
  subresources: readonly string[];
  printerColumns: readonly PrinterColumn[];
  /** What Istio's webhook (for Gateway API kinds: their CustomResourceDefinitions) checks beyond the schema. Called with objects the schema accepts. */
  rules: KindRules | undefined;
  /** What the kind is for, in a sentence. */
  summary: string;
  /** Path in `spec` of what an object is about (hosts, labels …): a list shows it. */
  about: string;
  /** In which way its objects act on services; `undefined`: they do not by themselves. */
  acts: 'routing' | 'policy' | 'security' | 'telemetry' | 'entry' | undefined;
  /** How its form is laid out; `undefined`: it is edited as YAML. */
  form: FormLayout | undefined;
  /** Where its objects name others. */
  references: ReferenceTable;
  /** An object of the kind as YAML that is complete and right: what a new one may begin with. */
  example: string;
  /** What an object does, in sentences; `undefined` when the kind has no words of its own. */
  describe: KindWords | undefined;
}

/** The words of a kind. Declared as a method, so that a kind's own function takes its own type of object. */
export type KindWords = { describe(object: KubernetesObject): Words[] }['describe'];

/** What a kind's folder says; the rest has defaults. */
export type KindInput = Pick<KindDefinition, 'group' | 'kind' | 'plural' | 'versions' | 'namespaced'> & Partial<KindDefinition>;

/** Completes a kind's definition with the defaults. */
export function defineKind(input: KindInput): KindDefinition {
  return {
    singular: input.kind.toLowerCase(),
    shortNames: [],
    categories: [],
    hasStatus: true,
    spec: undefined,
    body: undefined,
    status: undefined,
    specOptional: false,
    native: false,
    subresources: [],
    printerColumns: [],
    rules: undefined,
    summary: '',
    about: 'selector.matchLabels',
    acts: undefined,
    form: undefined,
    references: {},
    example: '',
    describe: undefined,
    ...input,
  };
}

/** The key of a kind without its version, `group/Kind`; core kinds have an empty group: `/Pod`. */
export function gvkKey(kind: { group: string; kind: string }): string {
  return `${kind.group}/${kind.kind}`;
}
