import { HeddleError } from '@/lib/errors';
import { askJson } from './ask-json';
import { createJaegerLegacy } from './jaeger-legacy';
import { createJaegerV3 } from './jaeger-v3';
import { createTempo } from './tempo';
import type { TraceStore } from './trace-store';
import { createZipkin } from './zipkin';

/**
 * Finds out what a trace store speaks by asking it: Jaeger v3 before the legacy API (newer Jaegers lose parts of that one), then Tempo,
 * then Zipkin. Fails with `source_unavailable` when nothing answers and `source_failed` when none of the four is spoken.
 */
export async function detectTraceStore(base: string, signal?: AbortSignal): Promise<TraceStore> {
  const has = (body: unknown, key: string) => typeof body === 'object' && body !== null && key in body;
  const v3 = await askJson(base, '/api/v3/services', null, signal);
  if (v3.status === 200 && has(v3.body, 'services')) return createJaegerV3(base);
  const legacy = await askJson(base, '/api/services', null, signal);
  if (legacy.status === 200 && has(legacy.body, 'data')) return createJaegerLegacy(base);
  const echo = await askJson(base, '/api/echo', null, signal);
  if (echo.status === 200 && String(echo.body).trim() === 'echo') return createTempo(base);
  for (const prefix of ['', '/zipkin']) {
    const zipkin = await askJson(`${base}${prefix}`, '/api/v2/services', null, signal);
    if (zipkin.status === 200 && Array.isArray(zipkin.body)) return createZipkin(`${base}${prefix}`);
  }
  throw new HeddleError('source_failed', `${base} is neither Jaeger nor Tempo nor Zipkin.`);
}
