import { readRun } from './run-file';

interface Answer {
  status: string;
  error?: string;
  data: { result: { metric: Record<string, string>; value: [number, string] }[] };
}

/** An instant query to the metrics API of the demo. */
export async function query(promql: string): Promise<{ labels: Record<string, string>; value: number }[]> {
  const response = await fetch(`${readRun().prometheus}/api/v1/query?query=${encodeURIComponent(promql)}`);
  const answer = (await response.json()) as Answer;
  if (answer.status !== 'success') throw new Error(`${promql}: ${answer.error}`);
  return answer.data.result.map((one) => ({ labels: one.metric, value: Number(one.value[1]) }));
}

/** Requests of `increase`-like counters by version of reviews since the process began, as absolute counts: differences of two are exact. */
export async function reviewsByVersion(): Promise<Map<string, number>> {
  const rows = await query(
    'sum by (destination_version) (istio_requests_total{reporter="source",source_workload="productpage-v1",destination_service_name="reviews"})',
  );
  return new Map(rows.map((row) => [row.labels['destination_version'] ?? '', row.value]));
}
