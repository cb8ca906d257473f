import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Certificates } from './configurations';
import { ports } from './configurations';

const body = 'heddle-bench-'.repeat(79).slice(0, 1024);

function nginx(dir: string, name: string, http: string): string {
  const path = join(dir, `nginx-${name}.conf`);
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${dir}/${name}-${kind};`).join(' ');
  writeFileSync(
    path,
    `daemon off; worker_processes 1; pid ${dir}/${name}.pid; error_log ${dir}/${name}.err;
events { worker_connections 8192; }
http { access_log off; keepalive_requests 1000000000; keepalive_timeout 600s; tcp_nodelay on; ${temp}
http2_max_requests 1000000000; http2_max_concurrent_streams 1024;
${http}
}
`,
  );
  return path;
}

const proxyHeaders =
  'proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host; proxy_set_header X-Request-Id $request_id;';

/** Writes what nginx serves: the upstream of all, and its own proxies. Returns the paths. */
export function writeNginx(dir: string, { dir: pki }: Certificates): Record<'upstream' | 'single' | 'grpc' | 'outer' | 'inner', string> {
  const upstream = (port: number): string => `upstream u { server 127.0.0.1:${port}; keepalive 512; keepalive_requests 1000000000; }`;
  const tls = 'proxy_ssl_verify on; proxy_ssl_name inner.default; proxy_ssl_server_name on; proxy_ssl_protocols TLSv1.3;';
  return {
    upstream: nginx(
      dir,
      'upstream',
      `default_type application/json;
server { listen 127.0.0.1:${ports.upstream} backlog=4096; location / { return 200 "${body}"; } }
server { listen 127.0.0.1:${ports.upstreamHttp2} http2 backlog=4096; location / { add_trailer grpc-status 0; default_type application/grpc; return 200 "${'0123456789abcdef'.repeat(4)}"; } }`,
    ),
    single: nginx(
      dir,
      'single',
      `${upstream(ports.upstream)} server { listen 127.0.0.1:${ports.nginx} backlog=4096; location / { proxy_pass http://u; ${proxyHeaders} } }`,
    ),
    grpc: nginx(
      dir,
      'grpc',
      `${upstream(ports.upstreamHttp2)} server { listen 127.0.0.1:${ports.nginxGrpc} http2 backlog=4096; location / { grpc_pass grpc://u; grpc_set_header X-Request-Id $request_id; } }`,
    ),
    outer: nginx(
      dir,
      'outer',
      `${upstream(ports.nginxInner)} server { listen 127.0.0.1:${ports.nginxOuter} backlog=4096; location / { proxy_pass https://u; proxy_ssl_certificate ${pki}/a.crt; proxy_ssl_certificate_key ${pki}/a.key; proxy_ssl_trusted_certificate ${pki}/ca.crt; ${tls} ${proxyHeaders} } }`,
    ),
    inner: nginx(
      dir,
      'inner',
      `${upstream(ports.upstream)} server { listen 127.0.0.1:${ports.nginxInner} ssl backlog=4096; ssl_certificate ${pki}/b.crt; ssl_certificate_key ${pki}/b.key; ssl_client_certificate ${pki}/ca.crt; ssl_verify_client on; ssl_protocols TLSv1.3; location / { proxy_pass http://u; ${proxyHeaders} } }`,
    ),
  };
}

/** Writes HAProxy's configurations; returns the paths. The mutual TLS hop speaks HTTP/2, its best. */
export function writeHaproxy(dir: string, { dir: pki }: Certificates): Record<'single' | 'grpc' | 'outer' | 'inner', string> {
  const write = (name: string, content: string): string => {
    const path = join(dir, `haproxy-${name}.cfg`);
    writeFileSync(
      path,
      `global
  maxconn 8192
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 600s
  timeout server 600s
  http-reuse always
${content}
`,
    );
    return path;
  };
  const pool = 'pool-max-conn 1000 pool-purge-delay 600s';
  const id = '  unique-id-format %{+X}o%ci%cp%Ts%rt\n  unique-id-header X-Request-Id';
  return {
    single: write(
      'single',
      `frontend f\n  bind 127.0.0.1:${ports.haproxy}\n${id}\n  default_backend b\nbackend b\n  server u 127.0.0.1:${ports.upstream} ${pool}`,
    ),
    grpc: write(
      'grpc',
      `frontend f\n  bind 127.0.0.1:${ports.haproxyGrpc} proto h2\n  default_backend b\nbackend b\n  server u 127.0.0.1:${ports.upstreamHttp2} proto h2 ${pool}`,
    ),
    outer: write(
      'outer',
      `frontend f\n  bind 127.0.0.1:${ports.haproxyOuter}\n${id}\n  default_backend b\nbackend b\n  server u 127.0.0.1:${ports.haproxyInner} ssl crt ${pki}/a.pem ca-file ${pki}/ca.crt verify required verifyhost inner.default sni str(inner.default) alpn h2 ${pool}`,
    ),
    inner: write(
      'inner',
      `frontend f\n  bind 127.0.0.1:${ports.haproxyInner} ssl crt ${pki}/b.pem ca-file ${pki}/ca.crt verify required alpn h2\n  default_backend b\nbackend b\n  server u 127.0.0.1:${ports.upstream} ${pool}`,
    ),
  };
}
