import type * as Http from 'node:http';

/**
 * Node's HTTP module, for what is off the path of traffic (admin pages, sending spans). Loaded this way, because an `import` of it evaluates
 * all of its exports, and some of those load a second HTTP client: 14 MB of memory in every sidecar.
 */
export const http: typeof Http = process.getBuiltinModule('node:http');
