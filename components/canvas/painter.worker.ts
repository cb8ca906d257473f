// Paints large graphs, off the main thread.
import { fontFamily } from './look-of';
import { Painter } from './painter';
import type { PaintOrder } from './painter';
import type { CanvasColors } from './read-colors';
import type { FontSource } from './read-fonts';

/** The first message; all others are orders. */
export interface PainterStart {
  canvas: OffscreenCanvas;
  colors: CanvasColors;
  fonts: FontSource[];
}

/** The page has its font already, so that it comes from the cache; a picture is not to wait for one that does not come. */
const fontWaitMs = 300;

// A worker has fonts of its own, which the types of a page do not know.
const { fonts } = self as unknown as { fonts: FontFaceSet };
let begun: Promise<Painter> | undefined;

async function begin({ canvas, colors, fonts: sources }: PainterStart): Promise<Painter> {
  const painter = new Painter(canvas, colors, (round) => self.postMessage(round));
  for (const { family, source, descriptors } of sources) fonts.add(new FontFace(family, source, descriptors));
  const loaded = fonts.load(`12px "${fontFamily}"`).then(
    () => painter.fontCame(),
    // The next font of the list stands in.
    () => undefined,
  );
  await Promise.race([loaded, new Promise((resolve) => setTimeout(resolve, fontWaitMs))]);
  return painter;
}

self.addEventListener('message', ({ data }: MessageEvent<PainterStart | PaintOrder>) => {
  // What fails in a promise would be told to nobody; reported, it is an error of the worker, which the page listens to.
  if ('order' in data) begun?.then((painter) => painter.follow(data)).catch(reportError);
  else begun = begin(data);
});
