import type { ObjectMeta } from '@/lib/kinds';

/** A kind as the Kubernetes API addresses it. Core kinds have an empty group. */
export interface ResourceRef {
  group: string;
  version: string;
  plural: string;
}

/** What every object has. The rest is the business of the caller's type. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

/** An object whose shape nobody has said more about. */
export type AnyKubeObject = KubeObject & Record<string, unknown>;

export interface KubeList<T extends KubeObject = AnyKubeObject> {
  items: T[];
  /** The version a watch may start from. */
  resourceVersion: string;
  /** Opaque token of the next page, when there is one. */
  continue?: string;
  remainingItemCount?: number;
}

/** Kubernetes meta/v1 Status, as it comes with every failure. */
export interface KubeStatus {
  kind: 'Status';
  apiVersion: 'v1';
  status?: 'Success' | 'Failure';
  message?: string;
  reason?: string;
  code?: number;
  details?: {
    name?: string;
    group?: string;
    kind?: string;
    uid?: string;
    causes?: { reason?: string; message?: string; field?: string }[];
    retryAfterSeconds?: number;
  };
}

export interface ObjectName {
  name: string;
  /** Absent for kinds without namespaces. */
  namespace?: string | undefined;
}

export interface RequestOptions {
  signal?: AbortSignal | undefined;
  /** Milliseconds until an answer must be complete; 30 000 unless told. Watches have none. */
  timeoutMs?: number | undefined;
  /** Receives the text of every `Warning:` header (findings that do not refuse a write). */
  onWarning?: ((text: string) => void) | undefined;
}

export interface ListOptions extends RequestOptions {
  /** All namespaces when absent. */
  namespace?: string | undefined;
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
  limit?: number | undefined;
  continue?: string | undefined;
  resourceVersion?: string | undefined;
  /** Of each object only `metadata` comes (`PartialObjectMetadata`). */
  metadataOnly?: boolean | undefined;
}

export interface WriteOptions extends RequestOptions {
  /** Everything happens but the storing. */
  dryRun?: boolean | undefined;
  /** Who writes; `heddle` unless told. */
  fieldManager?: string | undefined;
  /** What becomes of unknown fields; the server's default is Warn. */
  fieldValidation?: 'Strict' | 'Warn' | 'Ignore' | undefined;
  /** `status`, `scale` … */
  subresource?: string | undefined;
}

export interface ApplyOptions extends WriteOptions {
  /** Take over fields that others own. */
  force?: boolean | undefined;
}

export type PatchType = 'merge' | 'json' | 'strategic';

export interface DeleteOptions extends RequestOptions {
  dryRun?: boolean | undefined;
  gracePeriodSeconds?: number | undefined;
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan' | undefined;
  preconditions?: { uid?: string; resourceVersion?: string } | undefined;
}

export interface RawResponse {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

export interface RawRequest extends RequestOptions {
  method?: string | undefined;
  headers?: Record<string, string> | undefined;
  body?: string | Buffer | undefined;
}

export interface WatchOptions {
  namespace?: string | undefined;
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
  metadataOnly?: boolean | undefined;
  /** Where to begin; see {@link KubeList.resourceVersion}. */
  resourceVersion: string;
  signal?: AbortSignal | undefined;
  /** The server closes the watch after this many seconds. */
  timeoutSeconds?: number | undefined;
}

export interface WatchEvent<T extends KubeObject = AnyKubeObject> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  object: T;
}
