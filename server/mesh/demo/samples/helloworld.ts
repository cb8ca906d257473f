import { sendText, serveHttp } from '../serve-http';

/** Istio's helloworld: says its version and the pod it runs in. */
export async function startHelloworld(version: string): Promise<void> {
  await serveHttp(5000, (request, response) => {
    if (request.url.pathname === '/hello') {
      sendText(response, 200, `Hello version: ${process.env['SERVICE_VERSION'] ?? version}, instance: ${process.env['HOSTNAME'] ?? ''}\n`);
    } else if (request.url.pathname === '/health') {
      sendText(response, 200, 'Helloworld is healthy');
    } else {
      sendText(response, 404, 'not found');
    }
  });
}
