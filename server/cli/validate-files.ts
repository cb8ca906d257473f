import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { HeddleError, isHeddleError } from '@/lib/errors';
import type { KubernetesResource } from '@/lib/model';
import { isRunning } from '@/lib/model';
import {
  Validation,
  applyFixes,
  compareFindings,
  contextKinds,
  defaultRootNamespace,
  objectKey,
  ofRemoteCluster,
  readManifests,
} from '@/lib/validate';
import type { ContextKind, Finding, Manifest } from '@/lib/validate';
import { createKubeClient, loadKubeConfig, resourceOf } from '@/server/kube';
import type { KubeClient } from '@/server/kube';
import type { ValidateOptions } from './validate-command';

/** A finding and the place in a file it is about; `file` is empty for objects that only the cluster has. */
export interface PlacedFinding extends Finding {
  file: string;
  column: number | null;
}

export interface ValidateResult {
  findings: PlacedFinding[];
  /** `Kind namespace/name` of every object that was judged, in order, with its file. */
  objects: { name: string; file: string }[];
  /** Number of places that were mended. */
  fixed: number;
  /** What the standard input is with everything mended; `null` when it was not read, or nothing was to be mended. */
  mendedInput: string | null;
}

interface ReadFile {
  file: string;
  text: string;
  manifests: Manifest[];
  findings: Finding[];
}

const extensions = /\.(?:ya?ml|json)$/;
const standardInput = '-';
const fixRounds = 5;

/**
 * Judges manifests, together with each other and with what a cluster has.
 * @throws HeddleError `not_found` for a missing file; what reading the cluster throws
 */
export async function validateFiles(options: ValidateOptions): Promise<ValidateResult> {
  const [cluster, remote] = await Promise.all([
    options.kubeconfig === undefined ? [] : readCluster(options.kubeconfig),
    readRemotes(options.remote ?? []),
  ]);
  // A file that is named twice is one file, and the standard input can be read but once.
  const paths = [...new Set((options.filename ?? []).flatMap((path) => listFiles(path, options.recursive, true)))];
  let files = await Promise.all(paths.map(readFile));
  let findings = judge(files, [...cluster, ...remote], options);
  let fixed = 0;
  for (let round = 0; options.fix && round < fixRounds; round++) {
    const mended = files.map((file) =>
      applyFixes(
        file.text,
        findings.filter((finding) => finding.file === file.file),
      ),
    );
    const count = mended.reduce((sum, one) => sum + one.applied, 0);
    if (count === 0) break;
    fixed += count;
    files = files.map((file, index) => {
      const text = mended[index]?.text ?? file.text;
      if (text !== file.text && file.file !== standardInput) writeFileSync(file.file, text);
      return parseFile(file.file, text);
    });
    findings = judge(files, [...cluster, ...remote], options);
  }
  const objects = files.flatMap((file) => file.manifests.map(({ object }) => ({ name: describeObject(object), file: file.file })));
  const judged = options.filename === undefined ? cluster.map((object) => ({ name: describeObject(object), file: '' })) : objects;
  const mendedInput = options.fix ? (files.find((one) => one.file === standardInput)?.text ?? null) : null;
  return { findings, objects: judged, fixed, mendedInput };
}

function judge(files: readonly ReadFile[], cluster: readonly KubernetesResource[], options: ValidateOptions): PlacedFinding[] {
  const all = files.flatMap((file) => file.manifests.map(({ object }) => object));
  // An object that stands in several files is judged in each; the others see the last one.
  const last = new Map(all.map((object) => [objectKey(object), object]));
  const complete = options.kubeconfig !== undefined;
  const validation = new Validation([...cluster, ...last.values()], { complete });
  if (options.filename === undefined) return validation.findings().map((finding) => ({ ...finding, file: '', column: null }));
  return files.flatMap(({ file, manifests, findings }) => {
    const found = manifests.flatMap(({ object, locate }) => {
      const own = last.get(objectKey(object)) === object ? validation.findingsOf(object) : validation.judge(object);
      return [...own].sort(compareFindings).map((finding): PlacedFinding => ({ ...finding, ...locate(finding.path), file }));
    });
    return [...findings.map((finding): PlacedFinding => ({ ...finding, file, column: null })), ...found];
  });
}

function describeObject({ kind, metadata }: KubernetesResource): string {
  return `${kind} ${metadata.namespace ?? 'default'}/${metadata.name}`;
}

function listFiles(path: string, recursive: boolean, top: boolean): string[] {
  if (path === standardInput) return [path];
  try {
    if (!statSync(path).isDirectory()) return [path];
    const entries = readdirSync(path, { withFileTypes: true }).sort((left, right) => (left.name < right.name ? -1 : 1));
    return entries.flatMap((entry) => {
      if (entry.isDirectory()) return recursive ? listFiles(join(path, entry.name), recursive, false) : [];
      return extensions.test(entry.name) ? [join(path, entry.name)] : [];
    });
  } catch (error) {
    if (!top) throw error;
    throw new HeddleError('not_found', `Cannot read ${path}.`, { path, hint: 'Give a file or a directory of manifests.', cause: error });
  }
}

async function readFile(file: string): Promise<ReadFile> {
  return parseFile(file, file === standardInput ? await readAll(process.stdin) : readFileSync(file, 'utf8'));
}

function parseFile(file: string, text: string): ReadFile {
  return { file, text, ...readManifests(text) };
}

/** The objects of a cluster that findings depend on. A kind the cluster lacks, or that may not be read, counts as none. */
export async function readCluster(kubeconfig: string): Promise<KubernetesResource[]> {
  const client = createKubeClient(await loadKubeConfig({ file: kubeconfig }));
  try {
    const lists = await Promise.all(contextKinds.map((one) => readKind(client, one)));
    return lists.flat();
  } finally {
    client.close();
  }
}

/** Services and accounts of other clusters, each named as `name=kubeconfig`. @throws HeddleError `bad_request` for what is not written so */
async function readRemotes(written: readonly string[]): Promise<KubernetesResource[]> {
  const lists = await Promise.all(
    written.map(async (one) => {
      const [, name, file] = /^([^=]+)=(.+)$/.exec(one) ?? [];
      if (name === undefined || file === undefined)
        throw new HeddleError('bad_request', `--remote ${one} is not written as name=file.`, {
          hint: 'Example: --remote west=west.kubeconfig',
        });
      const client = createKubeClient(await loadKubeConfig({ file }));
      try {
        const read = contextKinds.filter(({ kind }) => kind.native && ['Service', 'ServiceAccount'].includes(kind.kind));
        const found = await Promise.all(read.map((kind) => readKind(client, kind)));
        return found.flat().map((object) => ofRemoteCluster(object, name));
      } finally {
        client.close();
      }
    }),
  );
  return lists.flat();
}

/** The objects of a kind, as far as findings read them; Secrets without what they hold. */
async function readKind(client: KubeClient, { kind, part, only }: ContextKind): Promise<KubernetesResource[]> {
  const apiVersion = kind.group === '' ? (kind.versions[0] ?? 'v1') : `${kind.group}/${kind.versions[0] ?? 'v1'}`;
  const asked =
    only === undefined ? [{}] : only.map((name) => ({ namespace: defaultRootNamespace, fieldSelector: `metadata.name=${name}` }));
  try {
    const lists = await Promise.all(asked.map((one) => client.listAll(resourceOf(kind), { ...one, metadataOnly: part === 'names' })));
    return lists.flatMap(({ items }) =>
      items.flatMap((item): KubernetesResource[] => {
        const { name, namespace = '' } = item.metadata;
        if (part === 'names') return [{ apiVersion, kind: kind.kind, metadata: { name, namespace } }];
        const object: KubernetesResource = { ...item, apiVersion, kind: kind.kind };
        return kind.native && kind.kind === 'Pod' && !isRunning(object) ? [] : [object];
      }),
    );
  } catch (error) {
    if (isHeddleError(error) && (error.code === 'not_found' || error.code === 'forbidden')) return [];
    throw error;
  }
}
