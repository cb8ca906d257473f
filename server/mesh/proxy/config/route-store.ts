import type { RouteTable } from '@/lib/routing';
import { compileRouteConfiguration } from '@/lib/routing';
import type { RouteConfiguration } from '@/lib/xds';
import { typeUrls } from '@/lib/xds';
import type { ConfigSource } from '../config-source';

/** A route table by name: filter chains hold the reference, pushes change what it points at. */
export interface RouteTableRef {
  readonly name: string;
  table: RouteTable | null;
  config: RouteConfiguration | null;
  version: string;
  users: number;
}

/** Route tables of RDS, compiled once per push. */
export class RouteStore {
  private readonly refs = new Map<string, RouteTableRef>();
  private readonly source: ConfigSource;

  constructor(source: ConfigSource) {
    this.source = source;
  }

  /** The reference of an RDS name; subscribes on first use. */
  use(name: string): RouteTableRef {
    const ref = this.refs.get(name) ?? this.create(name);
    if (ref.users++ === 0) this.source.subscribe(typeUrls.routeConfiguration, [name]);
    return ref;
  }

  release(ref: RouteTableRef): void {
    if (--ref.users > 0 || this.refs.get(ref.name) !== ref) return;
    this.source.unsubscribe(typeUrls.routeConfiguration, [ref.name]);
  }

  /** A reference for a table that stands in the listener itself. */
  inline(config: RouteConfiguration): RouteTableRef {
    return { name: config.name, table: compileRouteConfiguration(config), config, version: '', users: 1 };
  }

  /** Throws `invalid_config` when the table cannot be compiled; the one before stays in force. */
  apply(config: RouteConfiguration, version: string): void {
    const table = compileRouteConfiguration(config);
    const ref = this.refs.get(config.name) ?? this.create(config.name);
    ref.table = table;
    ref.config = config;
    ref.version = version;
  }

  /** RDS resources are never taken away while a listener refers to them. */
  remove(name: string): void {
    const ref = this.refs.get(name);
    if (ref !== undefined && ref.users <= 0) this.refs.delete(name);
  }

  all(): RouteTableRef[] {
    return [...this.refs.values()].filter((ref) => ref.config !== null);
  }

  private create(name: string): RouteTableRef {
    const ref: RouteTableRef = { name, table: null, config: null, version: '', users: 0 };
    this.refs.set(name, ref);
    return ref;
  }
}
