import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeSample {
  metric: Record<string, string>;
  value: number;
}

/** Speaks Prometheus' API; what it answers to a query is a function of the query's text. Every query is noted. */
export interface FakePrometheus {
  url: string;
  queries: string[];
  /** Asked for queries about requests (those about TCP get nothing). `Error`: the answer is an error of Prometheus; otherwise a vector (in a range: that value at every step). */
  answer: (promql: string) => FakeSample[] | Error;
  /** Values of whatever label is asked for. */
  labelValues: string[];
  stop(): Promise<void>;
}

/** The graph asks for the reports of callers and for those of others, apart. */
function isReportAsked(promql: string, reporter: string | undefined): boolean {
  const [callers, others] = [promql.includes('reporter="source"'), promql.includes('reporter!="source"')];
  return callers === others || (reporter === 'source') === callers;
}

export async function startFakePrometheus(): Promise<FakePrometheus> {
  const fake: FakePrometheus = { url: '', queries: [], answer: () => [], labelValues: [], stop: () => Promise.resolve() };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const form = new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
      if (request.url?.startsWith('/api/v1/label/') === true) {
        response.end(JSON.stringify({ status: 'success', data: fake.labelValues }));
        return;
      }
      const promql = form.get('query') ?? '';
      fake.queries.push(promql);
      const answered = promql.includes('istio_tcp') ? [] : fake.answer(promql);
      const rows = answered instanceof Error ? answered : answered.filter(({ metric }) => isReportAsked(promql, metric['reporter']));
      response.setHeader('content-type', 'application/json');
      if (rows instanceof Error) {
        response.statusCode = 422;
        response.end(JSON.stringify({ status: 'error', errorType: 'execution', error: rows.message }));
        return;
      }
      const range = request.url?.startsWith('/api/v1/query_range') ?? false;
      const times: number[] = [];
      const step = Number(form.get('step') ?? 1);
      for (let time = Number(form.get('start') ?? 1); time <= Number(form.get('end') ?? 0); time += step) times.push(time);
      const result = rows.map(({ metric, value }) =>
        range ? { metric, values: times.map((time) => [time, String(value)]) } : { metric, value: [Number(form.get('time')), String(value)] },
      );
      response.end(JSON.stringify({ status: 'success', data: { resultType: range ? 'matrix' : 'vector', result } }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  fake.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  fake.stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return fake;
}
