// A child process of the crash tests: writes objects as fast as it can and says on stdout which writes were acknowledged.
import { writeSync } from 'node:fs';
import { openObjectStore } from '../storage/object-store';

const [folder = '', round = '0'] = process.argv.slice(2);
const store = await openObjectStore({ folder, snapshotBytes: 60_000 });
writeSync(1, `open ${store.resourceVersion()}\n`);
let counter = 0;
async function writer(id: number): Promise<never> {
  for (;;) {
    const value = `${round}.${counter++}`;
    const name = `object-${id}-${counter % 20}`;
    const remove = counter % 11 === 0 && store.latest('/configmaps', 'default', name) !== undefined;
    const { object } = await store.write('/configmaps', 'default', name, () =>
      remove
        ? { remove: true }
        : { put: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data: { value, filler: 'x'.repeat(counter % 700) } } },
    );
    writeSync(1, `${remove ? 'del' : 'put'} ${object?.metadata.resourceVersion ?? ''} ${name} ${value}\n`);
  }
}
await Promise.all(Array.from({ length: 8 }, (_, id) => writer(id)));
