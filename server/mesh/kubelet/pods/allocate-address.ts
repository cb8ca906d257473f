import { HeddleError } from '@/lib/errors';
import type { PodAddresses } from '@/lib/model';
import { addressesOfPodIp, podAddresses, podSuffix } from '@/lib/model';

const lastIndex = 256 * 254;

/** Which pod has which addresses. An address that was given back is not given out again soon: peers may still hold connections to it. */
export class AddressBook {
  private readonly byPod = new Map<string, PodAddresses>();
  private readonly taken = new Set<string>();
  private next = 1;

  /** The addresses of a pod; the ones of an earlier run when `podIp` names them and nobody else has them. */
  claim(uid: string, podIp?: string): PodAddresses {
    const held = this.byPod.get(uid);
    if (held !== undefined) return held;
    const earlier = podIp === undefined ? undefined : addressesOfPodIp(podIp);
    const addresses = earlier !== undefined && !this.taken.has(earlier.podIp) ? earlier : this.free();
    this.byPod.set(uid, addresses);
    this.taken.add(addresses.podIp);
    return addresses;
  }

  release(uid: string): void {
    const held = this.byPod.get(uid);
    if (held === undefined) return;
    this.byPod.delete(uid);
    this.taken.delete(held.podIp);
  }

  private free(): PodAddresses {
    for (let tried = 0; tried < lastIndex; tried += 1) {
      const candidate = podAddresses(podSuffix(this.next));
      this.next = (this.next % lastIndex) + 1;
      if (!this.taken.has(candidate.podIp)) return candidate;
    }
    throw new HeddleError('source_unavailable', 'Every pod address is taken.');
  }
}
