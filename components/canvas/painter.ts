import { keepNeighbours } from './keep-neighbours';
import { family } from './look-of';
import { paintScene, shapeOf } from './paint-scene';
import { forgetWidths } from './paint-texts';
import type { CanvasColors } from './read-colors';
import { applyChange, emptyScene, placeNode } from './scene-changes';
import type { SceneChange } from './scene-changes';
import { followValues, indexScene, toScreen } from './scene-index';
import type { SceneIndex } from './scene-index';
import { nodeRadius } from './types';
import type { Point, View } from './types';

/** Of the window the picture is seen through, in CSS pixels; `ratio`: device pixels to one of them. */
export interface CanvasSize {
  width: number;
  height: number;
  ratio: number;
}

/** What a painter is told. */
export type PaintOrder =
  /** `round`: told back when the scene is on the canvas. */
  | { order: 'show'; change: SceneChange; round: number }
  /** `moving`: a hand is on it, and what takes long can wait. */
  | { order: 'look'; view: View; moving: boolean }
  | { order: 'size'; size: CanvasSize }
  | { order: 'colors'; colors: CanvasColors }
  | { order: 'hover'; id: string | undefined }
  | { order: 'place'; id: string; at: Point };

/** How far a picture reaches beyond the window, so that panning shows no bare ground. */
const margin = 160;
/** A scene of more edges than this is moved as a picture, and painted anew when it comes to rest. */
const heavy = 700;
/** When nothing new has come for so long, a picture of a heavy scene is made for the next time a hand moves it. */
const quietMs = 250;

/**
 * Paints scenes of any size on one canvas, in a worker: the page stays free. The whole scene is painted at once (a few dozen paths). While a
 * large graph is panned or zoomed a picture of it, somewhat larger than the window, is moved instead, and the scene painted sharp when the
 * hand rests.
 */
export class Painter {
  readonly #screen: OffscreenCanvas;
  readonly #onScreen: OffscreenCanvasRenderingContext2D | null;
  readonly #picture: OffscreenCanvas;
  readonly #onPicture: OffscreenCanvasRenderingContext2D | null;
  readonly #shown: (round: number) => void;
  #scene = emptyScene;
  #index: SceneIndex = indexScene(emptyScene);
  /** A node is being dragged: lines are laid again once a frame, not with every move of the hand. */
  #isIndexOld = false;
  #colors: CanvasColors;
  #view: View = { zoom: 1, x: 0, y: 0 };
  #moving = false;
  /** The view the picture was painted with; `undefined`: it is out of date. */
  #pictured: View | undefined;
  #quiet: ReturnType<typeof setTimeout> | undefined;
  #hovered: string | undefined;
  /** Nodes whose names stand in the picture. */
  #named = new Set<string>();
  #size: CanvasSize = { width: 0, height: 0, ratio: 1 };
  #frame = 0;
  #round = 0;
  #told = 0;

  /** @param shown called with the round of a scene when it has been painted */
  constructor(screen: OffscreenCanvas, colors: CanvasColors, shown: (round: number) => void) {
    this.#screen = screen;
    this.#onScreen = screen.getContext('2d', { alpha: false });
    this.#picture = new OffscreenCanvas(1, 1);
    this.#onPicture = this.#picture.getContext('2d', { alpha: false });
    this.#colors = colors;
    this.#shown = shown;
  }

  follow(order: PaintOrder): void {
    if (order.order === 'show') {
      this.#show(order.change);
      this.#round = order.round;
    } else if (order.order === 'look') {
      this.#view = order.view;
      this.#moving = order.moving;
    } else if (order.order === 'size') {
      this.#size = order.size;
    } else if (order.order === 'colors') {
      this.#colors = order.colors;
      this.#pictured = undefined;
    } else if (order.order === 'place') {
      placeNode(this.#scene, order.id, order.at);
      this.#isIndexOld = true;
      this.#pictured = undefined;
    } else this.#hovered = order.id;
    this.#ask();
  }

  /** A font has come: what was written in another one is written again. */
  fontCame(): void {
    forgetWidths();
    this.#pictured = undefined;
    this.#ask();
  }

  #show(change: SceneChange): void {
    const next = applyChange(this.#scene, change);
    const { graph, layout, hidden } = this.#scene;
    if (next.graph !== graph || next.layout !== layout || next.hidden !== hidden) {
      const followed = this.#isIndexOld ? undefined : followValues(this.#index, this.#scene, next);
      this.#index = followed ?? indexScene(next);
      this.#isIndexOld = false;
    }
    this.#scene = next;
    this.#pictured = undefined;
  }

  /** Only when it is painted anew at once: a canvas of another size is empty. */
  #resize(): void {
    const { width, height, ratio } = this.#size;
    const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.#screen.width === across && this.#screen.height === down) return;
    this.#screen.width = across;
    this.#screen.height = down;
    this.#picture.width = Math.round((width + 2 * margin) * ratio);
    this.#picture.height = Math.round((height + 2 * margin) * ratio);
    this.#pictured = undefined;
  }

  #ask(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#paint());
  }

  #paint(): void {
    this.#frame = 0;
    const pen = this.#onScreen;
    if (pen === null || this.#size.width === 0) return;
    this.#resize();
    clearTimeout(this.#quiet);
    if (this.#isIndexOld) this.#index = indexScene(this.#scene);
    this.#isIndexOld = false;
    const isHeavy = this.#index.edges.length > heavy;
    if (isHeavy && (this.#moving || this.#hasPicture())) this.#showPicture(pen);
    else {
      this.#paintScene(pen, -margin);
      if (isHeavy) this.#quiet = setTimeout(() => this.#paintPicture(), quietMs);
    }
    const { ratio } = this.#size;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.#paintHover(pen);
    if (this.#told === this.#round) return;
    this.#told = this.#round;
    this.#shown(this.#round);
  }

  #hasPicture(): boolean {
    const view = this.#view;
    return this.#pictured?.zoom === view.zoom && this.#pictured.x === view.x && this.#pictured.y === view.y;
  }

  /** The picture, moved and stretched to the view of now. */
  #showPicture(pen: OffscreenCanvasRenderingContext2D): void {
    if (this.#pictured === undefined) this.#paintPicture();
    const view = this.#view;
    const from = this.#pictured ?? view;
    const by = view.zoom / from.zoom;
    const { ratio } = this.#size;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    if (!this.#hasPicture()) {
      pen.fillStyle = this.#colors.page;
      pen.fillRect(0, 0, this.#screen.width, this.#screen.height);
    }
    const x = view.x - (from.x + margin) * by;
    const y = view.y - (from.y + margin) * by;
    pen.imageSmoothingEnabled = by !== 1 && !this.#moving;
    pen.drawImage(this.#picture, x * ratio, y * ratio, this.#picture.width * by, this.#picture.height * by);
  }

  #paintPicture(): void {
    if (this.#onPicture === null) return;
    this.#paintScene(this.#onPicture, 0);
    this.#pictured = { ...this.#view };
  }

  /** Paints the window and what lies around it, so that names find the same room in a picture and without; `shift` in CSS pixels. */
  #paintScene(pen: OffscreenCanvasRenderingContext2D, shift: number): void {
    const { width, height, ratio } = this.#size;
    const view = this.#view;
    const area = { width: width + 2 * margin, height: height + 2 * margin };
    pen.setTransform(ratio, 0, 0, ratio, shift * ratio, shift * ratio);
    pen.fillStyle = this.#colors.page;
    pen.fillRect(0, 0, area.width, area.height);
    const shifted = { zoom: view.zoom, x: view.x + margin, y: view.y + margin };
    const kept = keepNeighbours(this.#scene.graph, this.#scene.selected);
    this.#named = new Set();
    paintScene(pen, this.#index, this.#scene, shifted, this.#colors, { ...area, kept, named: this.#named });
  }

  #paintHover(pen: OffscreenCanvasRenderingContext2D): void {
    const hovered = this.#hovered;
    if (hovered === undefined) return;
    const view = this.#view;
    const colors = this.#colors;
    const drawn = this.#index.byId.get(hovered);
    pen.strokeStyle = colors.accent;
    pen.fillStyle = colors.accent;
    const near = this.#index.edges.filter(({ edge }) => edge.id === hovered || edge.source === hovered || edge.target === hovered);
    pen.lineWidth = Math.max(1, 1.6 * Math.min(1.2, view.zoom));
    pen.beginPath();
    for (const { line } of near) {
      line.forEach((point, at) => {
        const { x, y } = toScreen(point, view);
        if (at === 0) pen.moveTo(x, y);
        else pen.lineTo(x, y);
      });
    }
    pen.stroke();
    if (drawn === undefined) return;
    const at = toScreen(drawn.at, view);
    pen.lineWidth = 2;
    shapeOf(pen, drawn, at, Math.max(view.zoom, 3 / nodeRadius));
    pen.stroke();
    if (this.#named.has(hovered)) return;
    // From afar most names are left out: the one pointed at is told.
    pen.font = `550 12px ${family}`;
    pen.textAlign = 'center';
    pen.textBaseline = 'bottom';
    pen.strokeStyle = colors.page;
    pen.lineWidth = 4;
    pen.strokeText(drawn.node.name, at.x, at.y - 8);
    pen.fillStyle = colors.text;
    pen.fillText(drawn.node.name, at.x, at.y - 8);
  }
}
