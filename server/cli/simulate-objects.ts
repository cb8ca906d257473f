import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { HeddleError } from '@/lib/errors';
import type { KubernetesResource } from '@/lib/model';

const standardInput = '-';
const standardInputDescriptor = 0;
const extensions = /\.(?:ya?ml|json)$/;

/**
 * The objects of files (`-`: of the standard input) and of the files in directories (not below them), in order of names. Lists are unpacked; an object that stands in
 * several files counts once, as the last file has it.
 * @throws HeddleError `not_found` for a missing file, `invalid_object` for something that is no Kubernetes object, with file and line
 */
export function readObjects(paths: readonly string[]): KubernetesResource[] {
  const objects = new Map<string, KubernetesResource>();
  for (const file of new Set(paths.flatMap(listFiles))) {
    for (const object of readFile(file)) {
      const { apiVersion, kind, metadata } = object;
      const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
      objects.set(`${group}/${kind} ${metadata.namespace ?? 'default'}/${metadata.name}`, object);
    }
  }
  return [...objects.values()];
}

function listFiles(path: string): string[] {
  if (path === standardInput) return [path];
  try {
    if (!statSync(path).isDirectory()) return [path];
    const entries = readdirSync(path, { withFileTypes: true }).filter((entry) => !entry.isDirectory() && extensions.test(entry.name));
    return entries.map((entry) => join(path, entry.name)).sort();
  } catch (error) {
    throw new HeddleError('not_found', `Cannot read ${path}.`, { path, hint: 'Give a file or a directory of manifests.', cause: error });
  }
}

function readFile(file: string): KubernetesResource[] {
  const text = readFileSync(file === standardInput ? standardInputDescriptor : file, 'utf8');
  return parseAllDocuments(text).flatMap((document) => {
    const [problem] = document.errors;
    if (problem !== undefined) {
      throw new HeddleError('invalid_object', `${file} is not YAML: ${problem.message.split('\n')[0] ?? ''}`, {
        path: `${file}:${problem.linePos?.[0].line ?? 1}`,
      });
    }
    const value: unknown = document.toJS();
    if (value === null || value === undefined) return [];
    const line = text.slice(0, document.contents?.range?.[0] ?? 0).split('\n').length;
    return unpack(value, `${file}:${line}`);
  });
}

function unpack(value: unknown, place: string): KubernetesResource[] {
  if (isRecord(value) && typeof value['kind'] === 'string' && value['kind'].endsWith('List') && Array.isArray(value['items'])) {
    return value['items'].flatMap((item) => unpack(item, place));
  }
  if (!isResource(value)) {
    throw new HeddleError('invalid_object', `${place} holds no Kubernetes object.`, {
      path: place,
      hint: 'Each document needs apiVersion, kind and metadata.name.',
    });
  }
  return [value];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isResource(value: unknown): value is KubernetesResource {
  if (!isRecord(value) || typeof value['apiVersion'] !== 'string' || typeof value['kind'] !== 'string') return false;
  return isRecord(value['metadata']) && typeof value['metadata']['name'] === 'string';
}
