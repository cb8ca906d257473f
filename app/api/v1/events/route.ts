import { streamEvents } from '@/server/console';

/** A stream of what changes: the graph, objects, changes. */
export function GET(request: Request): Response {
  return streamEvents(request);
}
