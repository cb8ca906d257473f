import { durationMs } from '@/lib/contract';
import type { MarksResponse, Notice, Rollout, TimeMark } from '@/lib/contract';
import { sayWords } from '@/lib/i18n';
import { noticeOf } from './ask-metrics';
import type { Console } from './console-state';

/** Marks that would stand on one another become one. */
const mostMarks = 80;

/** `GET /marks`: what changed the mesh in a window, oldest first. */
export async function listMarks(console: Console, asked: { duration: string; at?: string | undefined }): Promise<MarksResponse> {
  const endMs = asked.at === undefined ? console.now() : Date.parse(asked.at);
  const { marks, notices } = await timeMarks(console, endMs - durationMs(asked.duration), endMs);
  return { at: new Date(endMs).toISOString(), marks, notices };
}

/** Changes of the configuration, steps and turns of guarded shifts, rollouts of Deployments. Those of a kind that fall together are one. */
export async function timeMarks(console: Console, startMs: number, endMs: number): Promise<{ marks: TimeMark[]; notices: Notice[] }> {
  const notices: Notice[] = [];
  const deployments = await deploymentMarks(console).catch((error: unknown) => {
    notices.push(noticeOf('kubernetes/replicasets', error));
    return [];
  });
  const all = [...changeMarks(console), ...shiftMarks(console), ...deployments]
    .filter(({ time }) => time * 1000 >= startMs && time * 1000 <= endMs)
    .toSorted((left, right) => left.time - right.time);
  const apart = (endMs - startMs) / 1000 / mostMarks;
  const marks: TimeMark[] = [];
  for (const mark of all) {
    const last = marks.findLast(({ kind }) => kind === mark.kind);
    if (last !== undefined && mark.time - last.time < apart) last.text = `${last.text}\n${mark.text}`;
    else marks.push({ ...mark });
  }
  return { marks, notices };
}

function changeMarks(console: Console): TimeMark[] {
  return console.changes.list(500).flatMap((change) => {
    if (change.status !== 'applied' && change.status !== 'undone') return [];
    const text =
      change.sentences.map((one) => one.text).join(' ') || change.objects.map((one) => `${one.ref.kind} ${one.ref.name}`).join(', ');
    return [
      { time: Date.parse(change.at) / 1000, kind: change.rollout === undefined ? 'change' : 'shift', changeId: change.id, text } as const,
    ];
  });
}

/** Turns of a shift that no change of its own tells of. */
const turns: Partial<
  Record<
    Rollout['state']['log'][number]['what'],
    'rollout_started' | 'rollout_paused' | 'rollout_failed' | 'rollout_completed' | 'rollout_left'
  >
> = {
  started: 'rollout_started',
  paused: 'rollout_paused',
  failed: 'rollout_failed',
  completed: 'rollout_completed',
  left: 'rollout_left',
};

function shiftMarks(console: Console): TimeMark[] {
  return console.rollouts.list().flatMap(({ id, service, state }) =>
    state.log.flatMap(({ at, what }): TimeMark[] => {
      const code = turns[what];
      if (code === undefined) return [];
      return [{ time: at / 1000, kind: 'shift', rolloutId: id, text: sayWords(code, { service: service.name }).text }];
    }),
  );
}

async function deploymentMarks(console: Console): Promise<TimeMark[]> {
  const cluster = console.clusterOrNull();
  if (cluster === null) return [];
  const rollouts = await console.deploymentRollouts.list(cluster);
  return rollouts.map(({ atMs, namespace, name, revision, underWay }) => ({
    time: atMs / 1000,
    kind: 'deployment',
    text: sayWords(underWay ? 'deployment_rolls_out' : 'deployment_rolled_out', { deployment: `${namespace}/${name}`, revision }).text,
  }));
}
