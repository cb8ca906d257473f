import { edgeLine } from './look-of';
import type { CanvasColors } from './read-colors';
import { along, toScreen } from './scene-index';
import type { SceneIndex } from './scene-index';
import type { View } from './types';

/** More moving dots than these say nothing. */
const mostDots = 500;

/**
 * Dots that run along edges, on a canvas of their own above the picture: their number and pace follow the rate, those of failed requests
 * are red. Stands still for who prefers reduced motion. Returns the way to stop.
 */
export function moveTraffic(canvas: HTMLCanvasElement, scene: () => { index: SceneIndex; view: View; colors: CanvasColors }): () => void {
  if (window.matchMedia('(prefers-reduced-motion: reduce)').matches) return () => undefined;
  const context = canvas.getContext('2d');
  let frame = 0;
  const paint = (now: number): void => {
    frame = requestAnimationFrame(paint);
    if (context === null) return;
    const { index, view, colors } = scene();
    const ratio = window.devicePixelRatio;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    if (view.zoom < 0.35) return;
    let dots = 0;
    const [width, height] = [canvas.width / ratio, canvas.height / ratio];
    for (const { edge, line } of index.edges) {
      if (edge.rate === null || edge.rate <= 0) continue;
      const pace = Math.min(1, 0.12 + Math.log10(1 + edge.rate) * 0.16);
      const count = Math.max(1, Math.min(6, Math.round(Math.log2(1 + edge.rate))));
      for (let dot = 0; dot < count && dots < mostDots; dot += 1) {
        const at = toScreen(along(line, ((now / 2400) * pace + dot / count) % 1), view);
        if (at.x < 0 || at.y < 0 || at.x > width || at.y > height) continue;
        dots += 1;
        context.fillStyle = edge.health === 'failing' || edge.health === 'degraded' ? edgeLine(colors, edge) : colors.accent;
        context.beginPath();
        context.arc(at.x, at.y, Math.max(1.6, 2.4 * Math.min(1.2, view.zoom)), 0, Math.PI * 2);
        context.fill();
      }
    }
  };
  frame = requestAnimationFrame(paint);
  return () => {
    cancelAnimationFrame(frame);
    context?.setTransform(1, 0, 0, 1, 0, 0);
    context?.clearRect(0, 0, canvas.width, canvas.height);
  };
}
