import { getConsole } from '@/server/console';

/** The console's own metrics, in Prometheus' text format. */
export async function GET(): Promise<Response> {
  const { registry } = getConsole().metrics;
  return new Response(await registry.metrics(), { headers: { 'content-type': registry.contentType } });
}
