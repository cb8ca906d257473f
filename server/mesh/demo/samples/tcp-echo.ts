import { createServer } from 'node:net';
import { bindAddress } from '../serve-http';

/** Each line comes back with a word before it, on every port named (`9000,9001`). */
export async function startTcpEcho(ports: string, word: string): Promise<void> {
  await Promise.all(ports.split(',').map((port) => serveEcho(Number(port), word)));
}

function serveEcho(port: number, word: string): Promise<void> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    let rest = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) socket.write(`${word} ${line}\n`);
    });
    // A client that closes without a last line break still gets its line.
    socket.on('end', () => socket.end(rest === '' ? '' : `${word} ${rest}\n`));
    socket.on('error', () => socket.destroy());
  });
  process.once('SIGTERM', () => server.close(() => process.exit(0)));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, bindAddress(), () => {
      resolve();
    });
  });
}
