/** What runs for a container image: a built-in workload, its default arguments, and whether it listens on the container's ports. */
export interface BuiltInImage {
  workload: string;
  args: readonly string[];
  listens: boolean;
}

interface Rule {
  /** The image's last path segment, without tag and digest. */
  name: RegExp;
  workload: string | ((match: RegExpExecArray) => string);
  args?: readonly string[];
  listens?: boolean;
}

const rules: readonly Rule[] = [
  { name: /^examples-bookinfo-productpage-v\d+$/, workload: 'productpage' },
  { name: /^examples-bookinfo-details-v\d+$/, workload: 'details' },
  { name: /^examples-bookinfo-ratings-v1$/, workload: 'ratings' },
  { name: /^examples-bookinfo-reviews-(v[123])$/, workload: (match) => `reviews-${match[1] ?? 'v1'}` },
  { name: /^go-httpbin$/, workload: 'httpbin' },
  { name: /^httpbin$/, workload: 'httpbin-python' },
  { name: /^tcp-echo-server$/, workload: 'tcp-echo', args: ['9000', 'hello'] },
  { name: /^examples-helloworld-(v[12])$/, workload: (match) => `helloworld-${match[1] ?? 'v1'}` },
  { name: /^tornado-websocket-example$/, workload: 'websocket-echo' },
  { name: /^fortio$/, workload: 'fortio', args: ['server'] },
  { name: /^health$/, workload: 'health' },
  { name: /^(curl|alpine|busybox|sleep|ubuntu|debian|netshoot)$/, workload: 'sleep', listens: false },
];

/** The last path segment of an image reference: `docker.io/istio/examples-helloworld-v1:1.0@sha256:…` → `examples-helloworld-v1`. */
export function imageName(image: string): string {
  return (image.split('@')[0] ?? '').split('/').at(-1)?.split(':')[0] ?? '';
}

/** The built-in workload for an image, whatever its registry and tag; `undefined` when there is none. */
export function resolveImage(image: string): BuiltInImage | undefined {
  const name = imageName(image);
  for (const rule of rules) {
    const match = rule.name.exec(name);
    if (match === null) continue;
    const workload = typeof rule.workload === 'string' ? rule.workload : rule.workload(match);
    return { workload, args: rule.args ?? [], listens: rule.listens ?? true };
  }
  return undefined;
}
