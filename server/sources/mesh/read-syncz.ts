import { z } from 'zod';

/** What a control plane knows of one proxy. */
export interface ProxySync {
  /** `pod.namespace` */
  proxy: string;
  /** Whether all that was sent is acknowledged, by kind of resource (`cluster`, `listener`, `route`, `endpoint`). */
  synced: Record<string, boolean>;
  /** Newest acknowledged resourceVersion by `group/Kind` (the bundled mesh); `null` where the control plane does not say. */
  acknowledged: Record<string, string> | null;
  /** What it refused and has had no accepted successor for, newest last (the bundled mesh; empty where the control plane does not say). */
  rejected: { message: string; resources: string[]; at: string }[];
  version: string | null;
}

const row = z.looseObject({
  proxy: z.string(),
  proxy_version: z.string().optional(),
  istio_version: z.string().optional(),
  'heddle.dev/acked': z.record(z.string(), z.string()).optional(),
  'heddle.dev/nacks': z
    .array(z.object({ message: z.string(), resources: z.array(z.string()), at: z.string(), standing: z.boolean() }))
    .catch([])
    .default([]),
});

/** Reads `/debug/syncz`: Istio's rows (`X_sent` and `X_acked` nonces), with the bundled mesh's extra field. Rows without a proxy are left out. */
export function readSyncz(body: unknown): ProxySync[] {
  const rows = z.array(z.unknown()).safeParse(body);
  if (!rows.success) return [];
  return rows.data.flatMap((value) => {
    const parsed = row.safeParse(value);
    if (!parsed.success) return [];
    const synced: Record<string, boolean> = {};
    for (const [key, sent] of Object.entries(parsed.data)) {
      if (!key.endsWith('_sent') || typeof sent !== 'string' || sent === '') continue;
      const kind = key.slice(0, -'_sent'.length);
      synced[kind] = parsed.data[`${kind}_acked`] === sent;
    }
    return [
      {
        proxy: parsed.data.proxy,
        synced,
        acknowledged: parsed.data['heddle.dev/acked'] ?? null,
        rejected: parsed.data['heddle.dev/nacks'].flatMap(({ standing, ...one }) => (standing ? [one] : [])),
        version: parsed.data.istio_version ?? parsed.data.proxy_version ?? null,
      },
    ];
  });
}
