import type { ServedKind } from '../served-kinds';
import type { StoredObject } from '../storage/stored-object';
import { formatAge } from './format-age';
import { nativeColumns } from './native-columns';
import { readJsonPath } from './read-json-path';

export interface ColumnDefinition {
  name: string;
  type: string;
  format: string;
  description: string;
  priority: number;
}

/** Kubernetes meta.k8s.io Table. */
export interface Table {
  kind: 'Table';
  apiVersion: string;
  metadata: Record<string, unknown>;
  columnDefinitions: ColumnDefinition[] | null;
  rows: { cells: unknown[]; object?: unknown }[];
}

/** A column and how its cell is made. `now` is there for ages. */
export interface Column {
  name: string;
  type?: 'string' | 'integer';
  description?: string;
  /** 0 always, 1 with `-o wide`. */
  priority?: number;
  cell(object: StoredObject, now: Date): unknown;
}

export const nameColumn: Column = {
  name: 'Name',
  description: 'Name must be unique within a namespace.',
  cell: (object) => object.metadata.name,
};
export const ageColumn: Column = {
  name: 'Age',
  description: 'Time since the object was created.',
  cell: (object, now) => formatAge(object.metadata.creationTimestamp, now),
};

interface TableOptions {
  metadata: Record<string, unknown>;
  /** `Metadata` (default), `Object` or `None`. */
  include: string | null;
  version: 'v1' | 'v1beta1';
  now: Date;
}

/** What `kubectl get` prints: the kind's own columns, or name, printer columns and age. */
export function tableOf(kind: ServedKind, objects: readonly StoredObject[], apiVersion: string, options: TableOptions): Table {
  const columns = nativeColumns[kind.collection] ?? columnsOf(kind);
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${options.version}`,
    metadata: options.metadata,
    columnDefinitions: columns.map((column) => ({
      name: column.name,
      type: column.type ?? 'string',
      format: column.name === 'Name' ? 'name' : '',
      description: column.description ?? '',
      priority: column.priority ?? 0,
    })),
    rows: objects.map((object) => ({
      cells: columns.map((column) => column.cell(object, options.now)),
      ...rowObject(object, apiVersion, options),
    })),
  };
}

function rowObject(object: StoredObject, apiVersion: string, options: TableOptions): { object?: unknown } {
  if (options.include === 'None') return {};
  if (options.include === 'Object') return { object: { ...object, apiVersion } };
  return { object: { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${options.version}`, metadata: object.metadata } };
}

function columnsOf(kind: ServedKind): Column[] {
  const own = kind.definition.printerColumns.map((column): Column => ({
    name: column.name,
    type: column.type === 'integer' ? 'integer' : 'string',
    description: column.description ?? '',
    priority: column.priority ?? 0,
    cell: (object, now) => {
      const value = readJsonPath(object, column.jsonPath);
      if (column.type === 'date') return formatAge(typeof value === 'string' ? value : undefined, now);
      return typeof value === 'object' && value !== null ? JSON.stringify(value) : (value ?? '');
    },
  }));
  const hasAge = own.some((column) => column.name === 'Age');
  return [nameColumn, ...own, ...(hasAge ? [] : [ageColumn])];
}
