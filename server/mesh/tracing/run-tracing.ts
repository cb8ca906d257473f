import { startServer, type RunningServer } from './http-server';
import { answerJaeger, jaegerError } from './jaeger-routes';
import { otlpError, receiveOtlp } from './otlp-routes';
import { TraceStore } from './trace-store';
import { receiveZipkin, zipkinError } from './zipkin-routes';

/** Settings of the trace store, all of them plain data, so that they can be handed to a worker thread. */
export interface TracingConfig {
  directory: string;
  host: string;
  jaegerPort: number;
  otlpPort: number;
  zipkinPort: number;
  maxAgeMs: number;
  maxSpans: number;
}

export interface TracingUrls {
  jaegerUrl: string;
  otlpUrl: string;
  zipkinUrl: string;
}

const TEND_EVERY_MS = 5000;

/** Runs store and servers in the calling thread. @throws when a port is taken */
export async function runTracing(
  config: TracingConfig,
  onProblem: (message: string) => void,
): Promise<TracingUrls & { stop: () => Promise<void> }> {
  const store = new TraceStore({
    directory: config.directory,
    maxAgeMs: config.maxAgeMs,
    maxSpans: config.maxSpans,
    quietMs: 10_000,
    // An open span takes 2 KB of memory, a sealed one a few bytes.
    sealSpans: 10_000,
    sealAgeMs: 300_000,
    onProblem,
  });
  const servers: RunningServer[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.stop()));
    await store.close();
  };
  try {
    servers.push(await startServer(config.host, config.jaegerPort, (request, url) => answerJaeger(request, url, store), jaegerError));
    servers.push(await startServer(config.host, config.otlpPort, (request, url) => receiveOtlp(request, url, store), otlpError));
    servers.push(await startServer(config.host, config.zipkinPort, (request, url) => receiveZipkin(request, url, store), zipkinError));
  } catch (error) {
    await stop();
    throw error;
  }
  const tending = setInterval(() => store.tend(Date.now()), TEND_EVERY_MS);
  const [jaegerUrl = '', otlpUrl = '', zipkinUrl = ''] = servers.map((server) => server.url);
  return {
    jaegerUrl,
    otlpUrl,
    zipkinUrl,
    async stop() {
      clearInterval(tending);
      await stop();
    },
  };
}
