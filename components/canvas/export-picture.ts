import { paintScene } from './paint-scene';
import { SvgPen } from './pen';
import { readColors } from './read-colors';
import { indexScene } from './scene-index';
import type { Scene, View } from './types';

const around = 48;
/** Browsers refuse larger canvases. */
const mostPixels = 8000;

function frameOf(scene: Scene): { view: View; width: number; height: number; index: ReturnType<typeof indexScene> } {
  const index = indexScene(scene);
  const { bounds } = index;
  const zoom = 1;
  return {
    index,
    view: { zoom, x: around - bounds.x * zoom, y: around - bounds.y * zoom },
    width: bounds.width * zoom + 2 * around,
    height: bounds.height * zoom + 2 * around,
  };
}

/** The whole graph as SVG, in the colours of the theme in force at `host`. */
export function exportSvg(host: HTMLElement, scene: Scene): Blob {
  const ruler = document.createElement('canvas').getContext('2d');
  if (ruler === null) return new Blob();
  const pen = new SvgPen(ruler);
  const colors = readColors(host);
  const { view, width, height, index } = frameOf(scene);
  paintScene(pen, index, { ...scene, selected: undefined, found: undefined }, view, colors, {
    width,
    height,
    kept: undefined,
    everything: true,
  });
  return new Blob([pen.toSvg(width, height, colors.page)], { type: 'image/svg+xml' });
}

/** The whole graph as PNG, twice as fine as on the screen where that is possible. */
export async function exportPng(host: HTMLElement, scene: Scene): Promise<Blob> {
  const { view, width, height, index } = frameOf(scene);
  const scale = Math.min(2, mostPixels / width, mostPixels / height);
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(width * scale);
  canvas.height = Math.ceil(height * scale);
  const context = canvas.getContext('2d');
  if (context === null) return new Blob();
  const colors = readColors(host);
  context.fillStyle = colors.page;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.setTransform(scale, 0, 0, scale, 0, 0);
  paintScene(context, index, { ...scene, selected: undefined, found: undefined }, view, colors, {
    width,
    height,
    kept: undefined,
    everything: true,
  });
  return new Promise((resolve) => canvas.toBlob((blob) => resolve(blob ?? new Blob()), 'image/png'));
}
