import { readFileSync } from 'node:fs';

/** `run.json` of the demo the stories run against (CONTRACTS §4). */
export interface RunFile {
  console: string;
  kubernetes: string;
  kubeconfig: string;
  prometheus: string;
  jaeger: string;
  otlpHttp: string;
  xds: string;
  ingress: string;
  pids: Record<string, number | number[]>;
}

/** What runs where; its path is left in the environment by `start-demo.ts`. */
export function readRun(): RunFile {
  return JSON.parse(readFileSync(process.env['HEDDLE_E2E_RUN'] ?? '.heddle/run.json', 'utf8')) as RunFile;
}
