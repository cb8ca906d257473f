import type { Server } from 'node:net';
import { HeddleError } from '@/lib/errors';
import type { PodAddresses } from '@/lib/model';
import { addressesOfPodIp, podAddresses } from '@/lib/model';
import { holdSocket } from './hold-socket';

const blocks = 256;
/** Addresses of a block: x.1 to x.254. */
const perBlock = 254;
/** With fewer free addresses than this another block is taken in advance. */
const reserve = 64;
const guardPort = 15_999;

/** The block of a pod IP, x of 127.64.x.y. */
function blockOf(podIp: string): number {
  return Number(podIp.split('.')[2]);
}

/**
 * Which pod has which addresses. All meshes of a machine share its loopback network, so each takes whole blocks (x of 127.64.x.y) and
 * holds a guard socket at x.255 of each: the kernel decides who has a block, and gives it back when its holder dies.
 */
export class AddressBook {
  private readonly byPod = new Map<string, PodAddresses>();
  private readonly taken = new Set<string>();
  private readonly guards = new Map<number, Server>();
  private cursor = new Map<number, number>();
  private growing: Promise<void> | undefined;

  /** Takes the blocks of the pods of an earlier run, as far as they are free, and one at least. */
  async open(earlierPodIps: readonly string[]): Promise<void> {
    const wanted = new Set(earlierPodIps.filter((ip) => addressesOfPodIp(ip) !== undefined).map(blockOf));
    for (const block of wanted) await this.lock(block);
    if (this.guards.size === 0) await this.grow();
  }

  /** The addresses of a pod; the ones of an earlier run when they are in a block of ours and nobody else has them. */
  claim(uid: string, podIp?: string): PodAddresses {
    const held = this.byPod.get(uid);
    if (held !== undefined) return held;
    const earlier = podIp === undefined ? undefined : addressesOfPodIp(podIp);
    const usable = earlier !== undefined && this.guards.has(blockOf(earlier.podIp)) && !this.taken.has(earlier.podIp);
    const addresses = usable ? earlier : this.free();
    this.byPod.set(uid, addresses);
    this.taken.add(addresses.podIp);
    if (this.guards.size * perBlock - this.taken.size < reserve) this.growing ??= this.grow().finally(() => (this.growing = undefined));
    return addresses;
  }

  release(uid: string): void {
    const held = this.byPod.get(uid);
    if (held === undefined) return;
    this.byPod.delete(uid);
    this.taken.delete(held.podIp);
  }

  close(): void {
    for (const guard of this.guards.values()) guard.close();
    this.guards.clear();
  }

  /** The next free address of a block; one that was given back comes last: peers may still hold connections to it. */
  private free(): PodAddresses {
    for (const block of this.guards.keys()) {
      const start = this.cursor.get(block) ?? 0;
      for (let step = 0; step < perBlock; step += 1) {
        const number = (start + step) % perBlock;
        const candidate = podAddresses(`${block}.${number + 1}`);
        if (this.taken.has(candidate.podIp)) continue;
        this.cursor.set(block, number + 1);
        return candidate;
      }
    }
    throw new HeddleError('source_unavailable', 'Every pod address of this mesh is taken.');
  }

  private async grow(): Promise<void> {
    for (let block = 0; block < blocks; block += 1) {
      if (!this.guards.has(block) && (await this.lock(block))) return;
    }
  }

  private async lock(block: number): Promise<boolean> {
    const guard = await holdSocket(`127.64.${block}.255`, guardPort);
    if (guard !== undefined) this.guards.set(block, guard);
    return guard !== undefined;
  }
}
