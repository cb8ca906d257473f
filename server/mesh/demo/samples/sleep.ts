/** Does nothing until it is stopped: the container whose point is `kubectl exec`. */
export function startSleep(): Promise<void> {
  process.once('SIGTERM', () => process.exit(0));
  setInterval(() => undefined, 2 ** 30);
  return Promise.resolve();
}
