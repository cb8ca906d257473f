import { createInterface } from 'node:readline';
import type { AnyObject, ChangeRequest, StartRolloutRequest } from '@/lib/contract';
import { changeRequest, startRolloutRequest } from '@/lib/contract';
import { loadConfig } from '@/server/config';
import { applyChange, undoChange } from '..';
import { createConsole } from '../console-state';
import { actOnRollout, startRollout } from '../start-rollout';

/** The console's server without its pages: a line of JSON asks, a line answers. Made to be killed at any moment. */
const console = createConsole(loadConfig(process.env, process.cwd()));

interface Asked {
  id: number;
  do: 'apply' | 'undo' | 'start' | 'act' | 'look' | 'sees';
  change?: Partial<ChangeRequest>;
  rollout?: Partial<StartRolloutRequest>;
  changeId?: string;
  action?: string;
  versions?: Record<string, string | null>;
}

async function answer(asked: Asked): Promise<unknown> {
  switch (asked.do) {
    case 'apply':
      return (await applyChange(console, changeRequest.parse(asked.change))).change;
    case 'undo':
      return (await undoChange(console, asked.changeId ?? '', undefined)).change;
    case 'start':
      return (await startRollout(console, startRolloutRequest.parse(asked.rollout))).rollout;
    case 'act':
      return (await actOnRollout(console, asked.changeId ?? '', asked.action ?? '')).rollout;
    case 'sees': {
      // Whether the watched copy is as new as what the API server has.
      const objects: AnyObject[] = [...console.cluster().virtualServices(), ...console.cluster().destinationRules()].map((one) => ({
        ...one,
        metadata: { ...one.metadata },
      }));
      return Object.entries(asked.versions ?? {}).every(
        ([kind, version]) => (objects.find((one) => one.kind === kind)?.metadata.resourceVersion ?? null) === version,
      );
    }
    default:
      return {
        ready: console.clusterOrNull()?.informer.hasSynced() === true && console.leadership.leads(),
        changes: console.changes.list(200),
        rollouts: console.rollouts.list(),
      };
  }
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const asked = JSON.parse(line) as Asked;
  answer(asked).then(
    (result) => process.stdout.write(`${JSON.stringify({ id: asked.id, result })}\n`),
    (error: unknown) => process.stdout.write(`${JSON.stringify({ id: asked.id, error: error instanceof Error ? error.message : String(error) })}\n`),
  );
});
process.stdin.on('end', () => process.exit(0));
