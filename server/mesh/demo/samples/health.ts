import { sendText, serveHttp } from '../serve-http';

/** Istio's health-check sample: answers every path. */
export async function startHealth(): Promise<void> {
  await serveHttp(8001, (_request, response) => {
    sendText(response, 200, 'ok\n');
  });
}
