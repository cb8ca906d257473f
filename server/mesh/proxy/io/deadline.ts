import { eventTime, readClock } from './clock';

/**
 * Deadlines without a timer per request: nodes of two wheels that one coarse timer turns. The fine wheel (10 ms) holds what is due within
 * 5 s, the coarse one (1 s) the rest. Timers run only while there is something to wait for, so an idle proxy sleeps.
 */
export interface DeadlineOwner {
  onDeadline(deadline: Deadline, now: number): void;
}

export class Deadline {
  /** Due time on the `performance.now()` clock; 0 when not set. */
  at = 0;
  readonly owner: DeadlineOwner;
  /** Says which deadline of its owner this is. */
  readonly kind: number;
  next: Deadline | null = null;
  previous: Deadline | null = null;
  wheel: Wheel | null = null;
  slot = 0;

  constructor(owner: DeadlineOwner, kind: number) {
    this.owner = owner;
    this.kind = kind;
  }

  /** Sets or moves the deadline. */
  set(at: number, now: number): void {
    if (this.wheel !== null) this.wheel.remove(this);
    this.at = at;
    (at - now < FINE_REACH_MS ? fine : coarse).add(this, now);
  }

  /** Sets or moves the deadline to so many milliseconds from now. */
  setIn(ms: number): void {
    const now = eventTime();
    this.set(now + ms, now);
  }

  clear(): void {
    if (this.wheel !== null) this.wheel.remove(this);
    this.at = 0;
  }
}

const FINE_TICK_MS = 10;
const COARSE_TICK_MS = 1000;
const SLOTS = 512;
const FINE_REACH_MS = FINE_TICK_MS * (SLOTS - 12);

class Wheel {
  private readonly slots: (Deadline | null)[] = Array.from({ length: SLOTS }, () => null);
  private readonly tickMs: number;
  private tick = 0;
  size = 0;
  private timer: NodeJS.Timeout | null = null;

  constructor(tickMs: number) {
    this.tickMs = tickMs;
  }

  add(deadline: Deadline, now: number): void {
    if (this.size++ === 0) this.tick = Math.floor(now / this.tickMs);
    const due = Math.max(Math.ceil(deadline.at / this.tickMs), this.tick + 1);
    const slot = due % SLOTS;
    const first = this.slots[slot] ?? null;
    deadline.slot = slot;
    deadline.wheel = this;
    deadline.previous = null;
    deadline.next = first;
    if (first !== null) first.previous = deadline;
    this.slots[slot] = deadline;
    this.timer ??= setInterval(this.turn, this.tickMs);
  }

  remove(deadline: Deadline): void {
    if (deadline.previous === null) this.slots[deadline.slot] = deadline.next;
    else deadline.previous.next = deadline.next;
    if (deadline.next !== null) deadline.next.previous = deadline.previous;
    deadline.next = null;
    deadline.previous = null;
    deadline.wheel = null;
    this.size--;
  }

  private readonly turn = (): void => {
    // The timer stops one turn after the wheel ran empty, so that a busy proxy does not start and stop it per request.
    if (this.size === 0) {
      if (this.timer !== null) clearInterval(this.timer);
      this.timer = null;
      return;
    }
    const now = readClock();
    const current = Math.floor(now / this.tickMs);
    const behind = Math.min(current - this.tick, SLOTS);
    for (let step = 1; step <= behind; step++) this.fire((this.tick + step) % SLOTS, now);
    this.tick = current;
  };

  private fire(slot: number, now: number): void {
    let node = this.slots[slot] ?? null;
    const due: Deadline[] = [];
    while (node !== null) {
      if (this === coarse ? node.at - now < FINE_REACH_MS : node.at <= now + FINE_TICK_MS) due.push(node);
      node = node.next;
    }
    for (const deadline of due) {
      // An earlier one of this turn may have cleared or moved it.
      if (deadline.wheel !== this || deadline.slot !== slot) continue;
      if (deadline.at > now + FINE_TICK_MS) {
        deadline.set(deadline.at, now);
        continue;
      }
      this.remove(deadline);
      deadline.at = 0;
      deadline.owner.onDeadline(deadline, now);
    }
  }
}

const fine = new Wheel(FINE_TICK_MS);
const coarse = new Wheel(COARSE_TICK_MS);

/** Deadlines that are waited for, in all of the process. */
export function armedDeadlines(): number {
  return fine.size + coarse.size;
}
