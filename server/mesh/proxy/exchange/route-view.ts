import type { RoutingRequest } from '@/lib/routing';
import type { StructValue } from '@/lib/xds';
import type { RequestHead } from '../message-head';

/**
 * A request as routing and policies see it: the parsed head, with what earlier filters changed. Valid while the head is; the strings that
 * telemetry wants (`method`, `path`, `authority`) stay.
 */
export class RouteView implements RoutingRequest {
  method = '';
  path = '';
  authority = '';
  scheme = 'http';
  tls?: { presented: boolean; validated: boolean };
  private head: RequestHead | null = null;
  private askedName = '';
  private askedValue: string | undefined;
  private readonly changed = new Map<string, string | undefined>();
  private readonly facts = new Map<string, StructValue>();

  load(head: RequestHead, scheme: string): void {
    this.head = head;
    this.askedName = '';
    this.method = head.method;
    this.path = head.path;
    this.authority = head.authority;
    this.scheme = scheme;
    if (this.changed.size > 0) this.changed.clear();
    if (this.facts.size > 0) this.facts.clear();
  }

  /** The head's bytes are about to be overwritten. */
  forgetHead(): void {
    this.head = null;
    this.askedName = '';
  }

  header(name: string): string | undefined {
    if (this.changed.size > 0 && this.changed.has(name)) return this.changed.get(name);
    // Routes of one host often look at the same header, one after the other.
    if (name !== this.askedName) {
      this.askedName = name;
      this.askedValue = this.head === null ? undefined : this.head.get(name);
    }
    return this.askedValue;
  }

  /** What later filters see as the header; undefined: absent. */
  override(name: string, value: string | undefined): void {
    this.changed.set(name, value);
  }

  setMetadata(filter: string, value: StructValue): void {
    this.facts.set(filter, value);
  }

  metadata(filter: string, path: readonly string[]): StructValue | undefined {
    let value = this.facts.get(filter);
    for (const key of path) {
      if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
      value = value[key];
    }
    return value;
  }
}
