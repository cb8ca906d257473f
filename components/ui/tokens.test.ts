import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const css = readFileSync(path.join(import.meta.dirname, 'tokens.css'), 'utf8');

type Rgb = [number, number, number];

/** OKLCH → linear sRGB (CSS Color 4), clipped to the gamut. */
function linearRgb(lightness: number, chroma: number, hue: number): Rgb {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const clip = (x: number): number => Math.min(1, Math.max(0, x));
  return [
    clip(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    clip(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    clip(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

const luminance = ([r, g, b]: Rgb): number => 0.2126 * r + 0.7152 * g + 0.0722 * b;

/** WCAG 2.2 contrast ratio of two tokens in one theme. */
function contrast(one: string, other: string, theme: 'light' | 'dark'): number {
  const [high, low] = [luminance(token(one, theme)), luminance(token(other, theme))].sort((a, b) => b - a) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function token(name: string, theme: 'light' | 'dark'): Rgb {
  const found = css.match(new RegExp(`--${name}: light-dark\\(oklch\\(([^)]+)\\), oklch\\(([^)]+)\\)\\)`));
  if (!found) throw new Error(`no token --${name} with both themes`);
  const [l, c, h] = (theme === 'light' ? found[1]! : found[2]!).split(' ').map(Number) as Rgb;
  return linearRgb(l, c, h);
}

/** What a person with deuteranopia or protanopia sees (Viénot, Brettel and Mollon 1999), in linear RGB. */
function simulate(kind: 'deuteranopia' | 'protanopia', [r, g, b]: Rgb): Rgb {
  return kind === 'protanopia'
    ? [0.11238 * r + 0.88762 * g, 0.11238 * r + 0.88762 * g, 0.00401 * r - 0.00401 * g + b]
    : [0.29275 * r + 0.70725 * g, 0.29275 * r + 0.70725 * g, -0.02234 * r + 0.02234 * g + b];
}

/** Distance in OKLab. */
function distance(one: Rgb, other: Rgb): number {
  const lab = ([r, g, b]: Rgb): Rgb => {
    const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
    const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
    const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
    return [
      0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
      1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
      0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
    ];
  };
  const [p, q] = [lab(one), lab(other)];
  return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
}

const themes = ['light', 'dark'] as const;
const surfaces = ['surface-page', 'surface-panel', 'surface-inset', 'surface-float'];

describe.each(themes)('tokens in the %s theme', (theme) => {
  it.each(['text', 'text-muted', 'text-faint', 'accent-text', 'healthy-text', 'degraded-text', 'failing-text'])(
    'words in --%s reach 4.5:1 on every surface',
    (name) => {
      for (const surface of surfaces) expect(contrast(name, surface, theme), surface).toBeGreaterThanOrEqual(4.5);
    },
  );

  it.each(['healthy', 'degraded', 'failing', 'idle', 'unknown', 'accent', ...Array.from({ length: 8 }, (_, i) => `series-${i + 1}`)])(
    'marks in --%s reach 3:1 on panels',
    (name) => expect(contrast(name, 'surface-panel', theme)).toBeGreaterThanOrEqual(3),
  );

  it('the word on a primary button reaches 4.5:1', () => expect(contrast('on-accent', 'accent', theme)).toBeGreaterThanOrEqual(4.5));

  it.each([
    ['failing-text', 'failing-soft'],
    ['degraded-text', 'degraded-soft'],
    ['accent-text', 'accent-soft'],
    ['text', 'accent-soft'],
  ])('--%s on --%s reaches 4.5:1', (text, soft) => expect(contrast(text, soft, theme)).toBeGreaterThanOrEqual(4.5));

  it.each(['deuteranopia', 'protanopia'] as const)('series stay apart with %s', (kind) => {
    for (let i = 1; i <= 8; i += 1)
      for (let j = i + 1; j <= 8; j += 1) {
        const apart = distance(simulate(kind, token(`series-${i}`, theme)), simulate(kind, token(`series-${j}`, theme)));
        expect(apart, `series-${i} and series-${j}`).toBeGreaterThan(0.05);
      }
  });
});
