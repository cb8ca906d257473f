import { product } from '@/server/console';

/** Whether the console serves requests. Sources that are away do not make it unhealthy: see `/api/v1/meta`. */
export function GET(): Response {
  return Response.json({ status: 'ok', version: product.version }, { headers: { 'cache-control': 'no-store' } });
}
