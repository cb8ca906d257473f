/** Keeps texts from covering each other: a field of small squares over the screen, each free or taken. */
export class LabelField {
  readonly #columns: number;
  readonly #rows: number;
  readonly #taken: Uint8Array;

  constructor(width: number, height: number) {
    this.#columns = Math.ceil(width / square) + 1;
    this.#rows = Math.ceil(height / square) + 1;
    this.#taken = new Uint8Array(this.#columns * this.#rows);
  }

  /** Takes a rectangle whatever stands there. */
  take(x: number, y: number, width: number, height: number): void {
    this.#walk(x, y, width, height, (index) => {
      this.#taken[index] = 1;
      return true;
    });
  }

  /** Takes a rectangle if all of it is free; says whether it did. */
  claim(x: number, y: number, width: number, height: number): boolean {
    const free = this.#walk(x, y, width, height, (index) => this.#taken[index] === 0);
    if (free) this.take(x, y, width, height);
    return free;
  }

  #walk(x: number, y: number, width: number, height: number, visit: (index: number) => boolean): boolean {
    const left = Math.max(0, Math.floor(x / square));
    const right = Math.min(this.#columns - 1, Math.floor((x + width) / square));
    const bottom = Math.min(this.#rows - 1, Math.floor((y + height) / square));
    for (let row = Math.max(0, Math.floor(y / square)); row <= bottom; row += 1) {
      for (let column = left; column <= right; column += 1) if (!visit(row * this.#columns + column)) return false;
    }
    return true;
  }
}

const square = 5;
