// The TLS server of Istio's task "Ingress Gateway without TLS Termination": shows its own certificate and says hello.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

const [cert, key] = process.argv.slice(2).map((path) => readFileSync(path));
createServer({ cert, key }, (_request, response) => response.end('Welcome to nginx!\n')).listen(8443, process.env.POD_BIND_IP);
