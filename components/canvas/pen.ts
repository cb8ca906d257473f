/** The part of a 2D context that painting uses: a canvas has it, and so has `SvgPen`. */
export interface Pen {
  globalAlpha: number;
  fillStyle: string | CanvasGradient | CanvasPattern;
  strokeStyle: string | CanvasGradient | CanvasPattern;
  lineWidth: number;
  font: string;
  textAlign: CanvasTextAlign;
  textBaseline: CanvasTextBaseline;
  lineJoin: CanvasLineJoin;
  beginPath: () => void;
  closePath: () => void;
  moveTo: (x: number, y: number) => void;
  lineTo: (x: number, y: number) => void;
  quadraticCurveTo: (cx: number, cy: number, x: number, y: number) => void;
  arc: (x: number, y: number, radius: number, from: number, to: number) => void;
  roundRect: (x: number, y: number, width: number, height: number, radius: number) => void;
  fill: () => void;
  stroke: () => void;
  fillText: (text: string, x: number, y: number) => void;
  strokeText: (text: string, x: number, y: number) => void;
  measureText: (text: string) => { width: number };
  setLineDash: (dash: number[]) => void;
}

const number = (value: number): string => String(Math.round(value * 100) / 100);
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
/** Painting uses plain colours only. */
const colorOf = (style: Pen['fillStyle']): string => (typeof style === 'string' ? style : 'none');
const anchors: Partial<Record<CanvasTextAlign, string>> = { center: 'middle', right: 'end', end: 'end' };

/** Writes what is painted as SVG. Text is measured by a real context, so that both pictures look the same. */
export class SvgPen implements Pen {
  globalAlpha = 1;
  fillStyle: Pen['fillStyle'] = '#000';
  strokeStyle: Pen['strokeStyle'] = '#000';
  lineWidth = 1;
  font = '12px sans-serif';
  textAlign: CanvasTextAlign = 'start';
  textBaseline: CanvasTextBaseline = 'alphabetic';
  lineJoin: CanvasLineJoin = 'miter';
  readonly #ruler: CanvasRenderingContext2D;
  #path: string[] = [];
  #dash: number[] = [];
  #out: string[] = [];

  constructor(ruler: CanvasRenderingContext2D) {
    this.#ruler = ruler;
  }

  beginPath(): void {
    this.#path = [];
  }
  closePath(): void {
    this.#path.push('Z');
  }
  moveTo(x: number, y: number): void {
    this.#path.push(`M${number(x)} ${number(y)}`);
  }
  lineTo(x: number, y: number): void {
    this.#path.push(`L${number(x)} ${number(y)}`);
  }
  quadraticCurveTo(cx: number, cy: number, x: number, y: number): void {
    this.#path.push(`Q${number(cx)} ${number(cy)} ${number(x)} ${number(y)}`);
  }
  arc(x: number, y: number, radius: number, from: number, to: number): void {
    const r = number(radius);
    if (to - from >= Math.PI * 2 - 1e-6) {
      this.#path.push(
        `M${number(x + radius)} ${number(y)}A${r} ${r} 0 1 1 ${number(x - radius)} ${number(y)}A${r} ${r} 0 1 1 ${number(x + radius)} ${number(y)}`,
      );
      return;
    }
    const start = `${number(x + radius * Math.cos(from))} ${number(y + radius * Math.sin(from))}`;
    const end = `${number(x + radius * Math.cos(to))} ${number(y + radius * Math.sin(to))}`;
    this.#path.push(`${this.#path.length === 0 ? 'M' : 'L'}${start}A${r} ${r} 0 ${to - from > Math.PI ? 1 : 0} 1 ${end}`);
  }
  roundRect(x: number, y: number, width: number, height: number, radius: number): void {
    const r = Math.min(radius, width / 2, height / 2);
    this.moveTo(x + r, y);
    this.lineTo(x + width - r, y);
    this.quadraticCurveTo(x + width, y, x + width, y + r);
    this.lineTo(x + width, y + height - r);
    this.quadraticCurveTo(x + width, y + height, x + width - r, y + height);
    this.lineTo(x + r, y + height);
    this.quadraticCurveTo(x, y + height, x, y + height - r);
    this.lineTo(x, y + r);
    this.quadraticCurveTo(x, y, x + r, y);
    this.closePath();
  }
  fill(): void {
    this.#out.push(`<path d="${this.#path.join('')}" fill="${colorOf(this.fillStyle)}"${this.#opacity()}/>`);
  }
  stroke(): void {
    const dash = this.#dash.length === 0 ? '' : ` stroke-dasharray="${this.#dash.join(' ')}"`;
    this.#out.push(
      `<path d="${this.#path.join('')}" fill="none" stroke="${colorOf(this.strokeStyle)}" stroke-width="${number(this.lineWidth)}"${dash}${this.#opacity()}/>`,
    );
  }
  fillText(text: string, x: number, y: number): void {
    this.#out.push(`<text ${this.#text(x, y)} fill="${colorOf(this.fillStyle)}"${this.#opacity()}>${escaped(text)}</text>`);
  }
  strokeText(text: string, x: number, y: number): void {
    this.#out.push(
      `<text ${this.#text(x, y)} fill="none" stroke="${colorOf(this.strokeStyle)}" stroke-width="${number(this.lineWidth)}" stroke-linejoin="round"${this.#opacity()}>${escaped(text)}</text>`,
    );
  }
  measureText(text: string): { width: number } {
    this.#ruler.font = this.font;
    return this.#ruler.measureText(text);
  }
  setLineDash(dash: number[]): void {
    this.#dash = dash;
  }

  /** The whole picture. */
  toSvg(width: number, height: number, ground: string): string {
    const [w, h] = [Math.ceil(width), Math.ceil(height)];
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}"><rect width="${w}" height="${h}" fill="${ground}"/>${this.#out.join('\n')}</svg>\n`;
  }

  #opacity(): string {
    return this.globalAlpha === 1 ? '' : ` opacity="${number(this.globalAlpha)}"`;
  }
  #text(x: number, y: number): string {
    const shift = this.textBaseline === 'middle' ? 0.35 : this.textBaseline === 'top' ? 0.8 : 0;
    const size = Number.parseFloat(/([\d.]+)px/.exec(this.font)?.[1] ?? '12');
    const weight = /^(\d+) /.exec(this.font)?.[1] ?? '400';
    const family = this.font.slice(this.font.indexOf('px') + 3).replaceAll('"', "'");
    return `x="${number(x)}" y="${number(y + size * shift)}" font-size="${number(size)}" font-weight="${weight}" font-family="${family}" text-anchor="${anchors[this.textAlign] ?? 'start'}"`;
  }
}
