import { StringDecoder } from 'node:string_decoder';
import { acceptMetadata } from './accept-metadata';
import { errorFromAnswer, errorFromStatus } from './map-status';
import { resourcePath, withQuery } from './resource-path';
import { readBody } from './send-request';
import type { Transport } from './send-request';
import type { KubeObject, KubeStatus, ResourceRef, WatchEvent, WatchOptions } from './types';

/**
 * Reads one watch. Events that arrived together are yielded together. Ends when the server closes the stream.
 * @throws HeddleError `gone` when the version is older than the server's history, and whatever else the server refuses with.
 */
export async function* readWatch<T extends KubeObject>(
  transport: Transport,
  resource: ResourceRef,
  options: WatchOptions,
): AsyncGenerator<WatchEvent<T>[]> {
  const path = withQuery(resourcePath(resource, { namespace: options.namespace }), {
    watch: 'true',
    allowWatchBookmarks: 'true',
    resourceVersion: options.resourceVersion,
    labelSelector: options.labelSelector,
    fieldSelector: options.fieldSelector,
    timeoutSeconds: options.timeoutSeconds,
  });
  const accept = options.metadataOnly === true ? acceptMetadata('PartialObjectMetadata') : 'application/json';
  const answer = await transport.open({ method: 'GET', path, headers: { accept }, signal: options.signal });
  if (answer.statusCode !== 200) throw errorFromAnswer(answer.statusCode ?? 500, (await readBody(answer)).toString('utf8'));
  answer.socket.setKeepAlive(true, 15_000);
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of answer) {
    const lines = (rest + decoder.write(chunk as Buffer)).split('\n');
    rest = lines.pop() ?? '';
    const events: WatchEvent<T>[] = [];
    for (const line of lines) {
      if (line.trim() === '') continue;
      const event = JSON.parse(line) as WatchEvent<T> | { type: 'ERROR'; object: KubeStatus };
      if (event.type === 'ERROR') {
        if (events.length > 0) yield events;
        throw errorFromStatus(event.object);
      }
      events.push(event);
    }
    if (events.length > 0) yield events;
  }
}
