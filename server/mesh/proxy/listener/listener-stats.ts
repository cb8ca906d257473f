/** Counters of one listener. */
export class ListenerStats {
  connections = 0;
  tlsErrors = 0;
  protocolErrors = 0;
  /** Connections that no filter chain fitted. */
  noChain = 0;
}
