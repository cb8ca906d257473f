// Checks drafts against the whole mesh, off the main thread: the mesh is fetched and indexed here, each keystroke costs what it concerns.
import type { MeshObjectsResponse } from '@/lib/contract';
import type { KubernetesResource } from '@/lib/model';
import { DraftValidation, checkTexts, objectKey, readMeshChoices } from '@/lib/validate';
import type { CheckAnswer, CheckRequest } from './draft-check-messages';

let draft: DraftValidation | undefined;
let known = new Map<string, KubernetesResource>();
let pending = false;
let latest: Extract<CheckRequest, { type: 'check' }> | undefined;

function answer(message: CheckAnswer): void {
  self.postMessage(message);
}

function check(): void {
  if (draft === undefined || latest === undefined) return;
  const started = performance.now();
  const checked = checkTexts(draft, latest.texts, latest.deletes);
  answer({ type: 'checked', id: latest.id, ...checked, tookMs: performance.now() - started });
}

/** Takes the mesh as it is now; only what differs is checked again. */
function take({ objects, complete, notices }: MeshObjectsResponse): void {
  const next = new Map((objects as unknown as KubernetesResource[]).map((object) => [objectKey(object), object]));
  if (draft === undefined) draft = new DraftValidation([...next.values()], { complete });
  else {
    const version = (object: KubernetesResource | undefined) => object?.metadata.resourceVersion;
    const applied = [...next].filter(([key, object]) => version(known.get(key)) !== version(object)).map(([, object]) => object);
    const deleted = [...known]
      .filter(([key]) => !next.has(key))
      .map(([key, { kind, metadata }]) => ({
        group: key.slice(0, key.indexOf(`/${kind} `)),
        kind,
        namespace: metadata.namespace ?? '',
        // With the cluster behind it, when it is of another one.
        name: key.slice(key.indexOf('/', key.indexOf(' ')) + 1),
      }));
    if (applied.length + deleted.length === 0) return;
    draft.updateMesh(applied, deleted);
  }
  known = next;
  answer({
    type: 'mesh',
    choices: readMeshChoices([...next.values()]),
    count: next.size,
    missing: notices.map((notice) => notice.message),
  });
  check();
}

async function load(): Promise<void> {
  try {
    const response = await fetch('/api/v1/mesh-objects', { headers: { accept: 'application/json' } });
    if (!response.ok) throw new Error(`The console answered ${response.status}.`);
    take((await response.json()) as MeshObjectsResponse);
  } catch (error) {
    answer({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
    // Without the mesh the draft is still checked by itself.
    draft ??= new DraftValidation([], { complete: false });
    check();
  }
}

self.addEventListener('message', ({ data }: MessageEvent<CheckRequest>) => {
  if (data.type === 'load') {
    void load();
    return;
  }
  const waits = pending;
  latest = data;
  if (waits) return;
  pending = true;
  // What was typed meanwhile is in the queue: only the last of it is checked.
  setTimeout(() => {
    pending = false;
    check();
  }, 0);
});
