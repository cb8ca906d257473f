import { readRun } from './run-file';

/** Few at a time: versions that are slower must not be passed over by those who balance. */
const atOnce = 2;

/** Asks for the reviews of a product through the gateway, beside the load of the demo: a story need not wait until that has brought enough. */
export async function sendRequests(total: number): Promise<void> {
  let left = total;
  const send = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await (await fetch(`${readRun().ingress}/api/v1/products/0/reviews`)).arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, send));
}
