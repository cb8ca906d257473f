import type { TaskMesh } from './boot-mesh';
import { outside } from './boot-mesh';
import { inParallel } from './count-replies';
import { sample } from './peers';
import type { Reply } from './send-request';
import { send } from './send-request';

/** Istio's Bookinfo, its gateway and its subsets, unchanged. */
export const bookinfo = [
  sample('bookinfo/platform/kube/bookinfo.yaml'),
  sample('bookinfo/networking/bookinfo-gateway.yaml'),
  sample('bookinfo/networking/destination-rule-all.yaml'),
];

export type Stars = 'none' | 'black' | 'red' | 'unavailable' | 'error';

/** The shop as its visitors see it. */
export class Bookinfo {
  private readonly at: { host: string; port: number };

  constructor(at: { host: string; port: number }) {
    this.at = at;
  }

  static async open(mesh: TaskMesh): Promise<Bookinfo> {
    return new Bookinfo(await mesh.gateway(8080));
  }

  /** The product page, as someone who is signed in (the session cookie of the sign-in form) or not. */
  page(user?: string): Promise<Reply> {
    const headers: Record<string, string> = user === undefined ? {} : { cookie: `session=${Buffer.from(user).toString('base64url')}` };
    return send(outside, 'http://bookinfo/productpage', { at: this.at, headers });
  }

  /** Which stars a page shows. */
  async stars(user?: string): Promise<Stars> {
    return starsOf((await this.page(user)).body);
  }

  /** Asks for the reviews `total` times; how many each version answered (a failure counts under its status). */
  async versions(total: number): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    await inParallel(total, 16, async () => {
      const reply = await send(outside, 'http://bookinfo/api/v1/products/0/reviews', { at: this.at });
      const version = /"podname":\s*"reviews-(v\d)/.exec(reply.body)?.[1] ?? String(reply.status);
      counts[version] = (counts[version] ?? 0) + 1;
    });
    return counts;
  }
}

/** What a product page shows in the place of the stars. */
export function starsOf(page: string): Stars {
  if (page.includes('Error fetching product reviews!')) return 'error';
  if (page.includes('Ratings service is currently unavailable')) return 'unavailable';
  const color = /<font color="(black|red)"/.exec(page)?.[1];
  return color === 'black' || color === 'red' ? color : 'none';
}
