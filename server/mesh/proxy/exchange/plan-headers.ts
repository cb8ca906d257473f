import type { MutableHeaders } from '@/lib/routing';
import { headerText } from '../http1/byte-classes';

interface Plan {
  readonly drop: string[];
  readonly addNames: string[];
  readonly addValues: string[];
  authority?: string | null;
}

/** Carries header changes of routes out on a plan of changes, looking at the head for what exists. One object, pointed at one plan at a time. */
class PlanHeaders implements MutableHeaders {
  private plan: Plan = { drop: [], addNames: [], addValues: [] };
  private lookup: (name: string) => string | undefined = () => undefined;

  point(plan: Plan, lookup: (name: string) => string | undefined): this {
    this.plan = plan;
    this.lookup = lookup;
    return this;
  }

  has(name: string): boolean {
    if (this.plan.addNames.includes(name)) return true;
    return !this.plan.drop.includes(name) && this.lookup(name) !== undefined;
  }

  remove(name: string): void {
    this.plan.drop.push(name);
    for (let at = this.plan.addNames.indexOf(name); at >= 0; at = this.plan.addNames.indexOf(name)) {
      this.plan.addNames.splice(at, 1);
      this.plan.addValues.splice(at, 1);
    }
  }

  append(name: string, value: string): void {
    if (name.startsWith(':') || name === 'host') {
      this.set(name, value);
      return;
    }
    this.plan.addNames.push(name);
    this.plan.addValues.push(headerText(value));
  }

  set(name: string, value: string): void {
    if (name === ':authority' || name === 'host') {
      if (this.plan.authority !== undefined) this.plan.authority = headerText(value);
      return;
    }
    if (name.startsWith(':')) return;
    this.remove(name);
    this.plan.addNames.push(name);
    this.plan.addValues.push(headerText(value));
  }
}

const headers = new PlanHeaders();

export function planHeaders(plan: Plan, lookup: (name: string) => string | undefined): MutableHeaders {
  return headers.point(plan, lookup);
}
