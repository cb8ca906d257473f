import { eventTime } from '../io/clock';
import { Deadline } from '../io/deadline';
import type { DeadlineOwner } from '../io/deadline';

export interface TimerOwner {
  /** The whole request took too long. */
  onGlobalTimeout(): void;
  /** This try took too long. */
  onTryTimeout(): void;
  /** The wait before the next try is over. */
  onBackOff(): void;
}

const GLOBAL = 0;
const PER_TRY = 1;
const BACK_OFF = 2;

/** The timers of forwarding one request: the route's timeout, the try's, and the wait before a retry. Times in milliseconds; 0 means none. */
export class TryTimers implements DeadlineOwner {
  globalMs = 0;
  perTryMs = 0;
  private readonly owner: TimerOwner;
  private globalAt = 0;
  private readonly globalDeadline = new Deadline(this, GLOBAL);
  private readonly tryDeadline = new Deadline(this, PER_TRY);
  private readonly backOffDeadline = new Deadline(this, BACK_OFF);

  constructor(owner: TimerOwner) {
    this.owner = owner;
  }

  startGlobal(): void {
    if (this.globalMs <= 0 || this.globalAt > 0) return;
    this.globalAt = eventTime() + this.globalMs;
    // Left armed from request to request, unless it would come too late.
    if (this.globalDeadline.wheel === null || this.globalDeadline.at > this.globalAt) this.globalDeadline.setIn(this.globalMs);
  }

  /** Milliseconds left of the route's timeout, at least 1; 0: there is none, or it has not begun. */
  leftMs(): number {
    return this.globalAt === 0 ? 0 : Math.max(1, Math.round(this.globalAt - eventTime()));
  }

  startTry(): void {
    if (this.perTryMs > 0) this.tryDeadline.setIn(this.perTryMs);
  }

  endTry(): void {
    if (this.tryDeadline.wheel !== null) this.tryDeadline.clear();
  }

  backOff(ms: number): void {
    this.backOffDeadline.setIn(ms);
  }

  /** The request is over. */
  end(): void {
    this.globalMs = 0;
    this.perTryMs = 0;
    this.globalAt = 0;
    this.endTry();
    if (this.backOffDeadline.wheel !== null) this.backOffDeadline.clear();
  }

  /** There will be no other request. */
  dispose(): void {
    if (this.globalDeadline.wheel !== null) this.globalDeadline.clear();
  }

  onDeadline(deadline: Deadline, now: number): void {
    if (deadline.kind === PER_TRY) this.owner.onTryTimeout();
    else if (deadline.kind === BACK_OFF) this.owner.onBackOff();
    else if (this.globalAt > now) deadline.set(this.globalAt, now);
    else if (this.globalAt > 0) this.owner.onGlobalTimeout();
  }
}
