// A pod's program: answers a gRPC message with one (Say), and each of a stream with two (Talk).
import { Server, ServerCredentials } from '@grpc/grpc-js';

const asItIs = (bytes) => bytes;
const bytes = { requestSerialize: asItIs, requestDeserialize: asItIs, responseSerialize: asItIs, responseDeserialize: asItIs };
const server = new Server();
server.addService(
  {
    Say: { path: '/echo.Echo/Say', requestStream: false, responseStream: false, ...bytes },
    Talk: { path: '/echo.Echo/Talk', requestStream: true, responseStream: true, ...bytes },
  },
  {
    Say: (call, done) => done(null, call.request),
    Talk: (call) => {
      call.on('data', (message) => {
        call.write(message);
        call.write(message);
      });
      call.on('end', () => call.end());
    },
  },
);
server.bindAsync(`${process.env.POD_BIND_IP}:7070`, ServerCredentials.createInsecure(), (error) => {
  if (error) throw error;
});
