// A pod's program: ten calls a second, and every two seconds a stream of twenty messages, through its sidecar.
import { Client, credentials } from '@grpc/grpc-js';

const asItIs = (bytes) => bytes;
const sidecar = new URL(process.env.HTTP_PROXY).host;
// The sidecar takes HTTP/2 with the service as authority; the library itself would ask it for a tunnel.
const client = new Client(sidecar, credentials.createInsecure(), { 'grpc.default_authority': 'echo:7070', 'grpc.enable_http_proxy': 0 });
const ignore = () => undefined;

setInterval(() => client.makeUnaryRequest('/echo.Echo/Say', asItIs, asItIs, Buffer.from('hello'), ignore), 100);
setInterval(() => {
  const call = client.makeBidiStreamRequest('/echo.Echo/Talk', asItIs, asItIs);
  call.on('data', ignore).on('error', ignore);
  let sent = 0;
  const timer = setInterval(() => {
    call.write(Buffer.from('y'));
    sent += 1;
    if (sent < 20) return;
    clearInterval(timer);
    call.end();
  }, 50);
}, 2_000);
