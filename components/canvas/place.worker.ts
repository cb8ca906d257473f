// Layout of large graphs, off the main thread.
import { placeGraph } from '@/lib/graph-view';
import type { PlaceInput } from '@/lib/graph-view';

self.addEventListener('message', ({ data }: MessageEvent<{ id: number; input: PlaceInput }>) => {
  self.postMessage({ id: data.id, places: [...placeGraph(data.input)] });
});
