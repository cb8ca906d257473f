/** The protocol of a service port, in Istio's words. `Unsupported` means: not declared, found out by looking at the bytes. */
export type PortProtocol =
  | 'HTTP'
  | 'HTTP2'
  | 'HTTPS'
  | 'HTTP_PROXY'
  | 'GRPC'
  | 'GRPC-Web'
  | 'TCP'
  | 'TLS'
  | 'Mongo'
  | 'MySQL'
  | 'Redis'
  | 'UDP'
  | 'Unsupported';

const byName = new Map<string, PortProtocol>([
  ['http', 'HTTP'],
  ['http2', 'HTTP2'],
  ['https', 'HTTPS'],
  ['http_proxy', 'HTTP_PROXY'],
  ['grpc', 'GRPC'],
  ['grpc-web', 'GRPC-Web'],
  ['tcp', 'TCP'],
  ['tls', 'TLS'],
  ['mongo', 'Mongo'],
  ['mysql', 'MySQL'],
  ['redis', 'Redis'],
  ['udp', 'UDP'],
]);

const byAppProtocol = new Map<string, PortProtocol>([
  ['kubernetes.io/h2c', 'HTTP2'],
  ['kubernetes.io/ws', 'HTTP'],
  ['kubernetes.io/wss', 'HTTPS'],
]);

/** Ports of protocols in which the server speaks first (SMTP, DNS, MySQL, MongoDB): looking for the client's first bytes would hang. */
const serverFirstPorts = new Set([25, 53, 3306, 27017]);

/** The protocol a word names (`HTTP2`, `grpc-web` …), as Gateway and ServiceEntry ports write it. */
export function parseProtocol(word: string): PortProtocol {
  return byName.get(word.toLowerCase()) ?? 'Unsupported';
}

/**
 * The protocol of a Kubernetes service port: appProtocol, else the prefix of the port's name, else TCP for well-known
 * server-first ports, else `Unsupported` (Istio's protocol selection).
 */
export function detectProtocol(port: {
  port: number;
  name?: string | undefined;
  appProtocol?: string | undefined;
  protocol?: string | undefined;
}): PortProtocol {
  if (port.protocol === 'UDP') return 'UDP';
  const known = port.appProtocol === undefined ? undefined : byAppProtocol.get(port.appProtocol);
  if (known !== undefined) return known;
  const word = (port.appProtocol ?? port.name ?? '').toLowerCase();
  const prefix = word.startsWith('grpc-web') ? 'grpc-web' : (word.split('-')[0] ?? '');
  const detected = parseProtocol(prefix);
  return detected === 'Unsupported' && serverFirstPorts.has(port.port) ? 'TCP' : detected;
}

/** HTTP of any kind that a proxy reads in plaintext. */
export function isHttp(protocol: PortProtocol): boolean {
  return protocol === 'HTTP' || isHttp2(protocol) || protocol === 'HTTP_PROXY';
}

/** HTTP that is spoken as HTTP/2 upstream. */
export function isHttp2(protocol: PortProtocol): boolean {
  return protocol === 'HTTP2' || protocol === 'GRPC' || protocol === 'GRPC-Web';
}

/** TLS from the application itself, routed by SNI. */
export function isTls(protocol: PortProtocol): boolean {
  return protocol === 'TLS' || protocol === 'HTTPS';
}

/** Opaque bytes to a proxy; TLS included. */
export function isTcp(protocol: PortProtocol): boolean {
  return protocol === 'TCP' || isTls(protocol) || protocol === 'Mongo' || protocol === 'MySQL' || protocol === 'Redis';
}
