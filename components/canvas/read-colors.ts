/** The tokens a canvas needs, as `rgb()`: it can't draw CSS variables and knows no OKLCH. */
export interface CanvasColors {
  page: string;
  panel: string;
  inset: string;
  line: string;
  lineStrong: string;
  text: string;
  muted: string;
  accent: string;
  healthy: string;
  degraded: string;
  failing: string;
  idle: string;
  unknown: string;
}

const tokens: Record<keyof CanvasColors, string> = {
  page: '--surface-page',
  panel: '--surface-panel',
  inset: '--surface-inset',
  line: '--line',
  lineStrong: '--line-strong',
  text: '--text',
  muted: '--text-muted',
  accent: '--accent',
  healthy: '--healthy',
  degraded: '--degraded',
  failing: '--failing',
  idle: '--idle',
  unknown: '--unknown',
};

/** Resolves the tokens in the theme in force at `element`, by painting each on one pixel and reading it back. */
export function readColors(element: HTMLElement): CanvasColors {
  const probe = document.createElement('span');
  // A transition, however short, would show the colour before.
  probe.style.setProperty('transition', 'none', 'important');
  // A transition would answer with the colour before.
  probe.style.transition = 'none';
  element.append(probe);
  const pixel = document.createElement('canvas');
  pixel.width = 1;
  pixel.height = 1;
  const context = pixel.getContext('2d', { willReadFrequently: true });
  const colors = Object.fromEntries(
    Object.entries(tokens).map(([name, token]) => {
      probe.style.color = `var(${token})`;
      if (!context) return [name, 'rgb(128,128,128)'];
      context.clearRect(0, 0, 1, 1);
      context.fillStyle = getComputedStyle(probe).color;
      context.fillRect(0, 0, 1, 1);
      const [r = 0, g = 0, b = 0] = context.getImageData(0, 0, 1, 1).data;
      return [name, `rgb(${r},${g},${b})`];
    }),
  ) as unknown as CanvasColors;
  probe.remove();
  return colors;
}
