'use client';

import { type ComponentType, createContext, use } from 'react';
import type { FieldNote, FieldShape, FormLayout } from '@/lib/kinds';
import type { MeshChoices, TextFinding } from '@/lib/validate';
import type { YamlPath } from '@/lib/yaml';

/** How fields of the form change the draft. Never changes its identity. */
export interface FormControl {
  set: (path: YamlPath, value: unknown) => void;
  remove: (path: YamlPath) => void;
  insert: (path: YamlPath, index: number, value: unknown) => void;
  move: (path: YamlPath, from: number, to: number) => void;
  /** Puts the cursor of the YAML there. */
  show: (path: YamlPath) => void;
  /** Says what the field that the hand is on means. */
  explain: (name: string, note: FieldNote | undefined) => void;
}

const none = (): void => undefined;
export const FormControlContext = createContext<FormControl>({
  set: none,
  remove: none,
  insert: none,
  move: none,
  show: none,
  explain: none,
});
export const useFormControl = (): FormControl => use(FormControlContext);

/** What there is to choose from, and the namespace that short names mean. */
export interface FormChoices {
  choices: MeshChoices | undefined;
  namespace: string;
}
export const ChoicesContext = createContext<FormChoices>({ choices: undefined, namespace: '' });
export const useChoices = (): FormChoices => use(ChoicesContext);

export const LayoutContext = createContext<FormLayout | undefined>(undefined);

/** Findings by the path they are at, written as `spec.http[0].timeout`. */
export const FindingsContext = createContext<ReadonlyMap<string, readonly TextFinding[]>>(new Map());

/** `spec.http[0].match`: a path as findings write it. */
export function writePath(path: YamlPath): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    if (!/^[A-Za-z_][\w-]*$/.test(part)) return `${text}[${JSON.stringify(part)}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}

export function samePath(left: YamlPath, right: YamlPath): boolean {
  return left.length === right.length && left.every((part, index) => part === right[index]);
}

export interface FormFieldProps {
  name: string;
  shape: FieldShape;
  /** From the root of the object, `spec` included. */
  path: YamlPath;
  value: unknown;
  note: FieldNote | undefined;
  isRequired: boolean;
}

/** Below `spec`: as layouts and notes write paths. */
export function belowSpec(path: YamlPath): YamlPath {
  return path[0] === 'spec' ? path.slice(1) : path;
}

/** The parts that lists and maps are made of, which in turn hold lists and maps. */
export interface FormParts {
  Field: ComponentType<FormFieldProps>;
  Fields: ComponentType<{ shape: FieldShape; path: YamlPath; value: unknown }>;
}
export const PartsContext = createContext<FormParts>({ Field: () => null, Fields: () => null });
