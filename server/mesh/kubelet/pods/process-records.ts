import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** One process as it was started. The start time tells it from a later process with the same pid. */
interface ProcessRecord {
  pid: number;
  startTime: string;
}

const fileName = 'processes.json';

/** When a process started, in the kernel's ticks since boot (field 22 of /proc/PID/stat); `undefined` when there is none. */
export function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses and may hold anything.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

/** Notes the processes of a pod in its folder, for a later run to find those that outlived us. */
export function recordProcesses(folder: string, pids: readonly number[]): void {
  const records: ProcessRecord[] = pids.flatMap((pid) => {
    const startTime = startTimeOf(pid);
    return startTime === undefined ? [] : [{ pid, startTime }];
  });
  writeFileSync(join(folder, fileName), JSON.stringify(records));
}

/** Ends the process groups that an earlier run left in the folders of its pods. Returns how many. */
export function killOrphans(dataDir: string): number {
  let killed = 0;
  for (const folder of podFolders(dataDir)) {
    const path = join(folder, fileName);
    for (const record of readRecords(path)) {
      if (startTimeOf(record.pid) !== record.startTime) continue;
      if (killGroup(record.pid, 'SIGKILL')) killed += 1;
    }
    rmSync(path, { force: true });
  }
  return killed;
}

/** Signals a process and all it started (pods' processes lead a group of their own). False when it is gone. */
export function killGroup(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}

function podFolders(dataDir: string): string[] {
  const root = join(dataDir, 'pods');
  try {
    return readdirSync(root).map((name) => join(root, name));
  } catch {
    return [];
  }
}

function readRecords(path: string): ProcessRecord[] {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return Array.isArray(value) ? (value as ProcessRecord[]) : [];
  } catch {
    return [];
  }
}
