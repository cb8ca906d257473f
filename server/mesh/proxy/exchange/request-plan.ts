/**
 * What the proxy changes in a request head on its way up. Null and zero mean "leave as it is". One per exchange, cleared per request;
 * the writers of both HTTP versions read it.
 */
export class RequestPlan {
  path: string | null = null;
  /** The path before a rewrite, sent as x-envoy-original-path. */
  originalPath: string | null = null;
  authority: string | null = null;
  /** Lower-case names of headers that go. */
  readonly drop: string[] = [];
  readonly addNames: string[] = [];
  readonly addValues: string[] = [];
  attempt = 0;
  expectedTimeoutMs = 0;
  requestId: string | null = null;
  forwardedProto: string | null = null;
  /** Added to the end of x-forwarded-for. */
  forwardedFor: string | null = null;
  /** New value of x-forwarded-client-cert; empty drops the header. */
  clientCert: string | null = null;
  traceparent: string | null = null;
  /** B3 headers are continued only when the request has them. */
  b3: { traceId: string; spanId: string; parentSpanId: string; sampled: boolean } | null = null;
  decorator: string | null = null;
  upgrade = false;

  clear(): void {
    this.path = null;
    this.originalPath = null;
    this.authority = null;
    if (this.drop.length > 0) this.drop.length = 0;
    if (this.addNames.length > 0) {
      this.addNames.length = 0;
      this.addValues.length = 0;
    }
    this.attempt = 0;
    this.expectedTimeoutMs = 0;
    this.requestId = null;
    this.forwardedProto = null;
    this.forwardedFor = null;
    this.clientCert = null;
    this.traceparent = null;
    this.b3 = null;
    this.decorator = null;
    this.upgrade = false;
  }

  set(name: string, value: string): void {
    this.drop.push(name);
    this.add(name, value);
  }

  add(name: string, value: string): void {
    this.addNames.push(name);
    this.addValues.push(value);
  }
}

/** What the proxy changes in a response head on its way down. */
export class ResponsePlan {
  readonly drop: string[] = [];
  readonly addNames: string[] = [];
  readonly addValues: string[] = [];
  /** Value of the `server` header; null leaves what the upstream sent. */
  server: string | null = null;
  /** Milliseconds for x-envoy-upstream-service-time; -1 for none. */
  serviceTimeMs = -1;
  attempt = 0;

  clear(): void {
    if (this.drop.length > 0) this.drop.length = 0;
    if (this.addNames.length > 0) {
      this.addNames.length = 0;
      this.addValues.length = 0;
    }
    this.server = null;
    this.serviceTimeMs = -1;
    this.attempt = 0;
  }

  set(name: string, value: string): void {
    this.drop.push(name);
    this.addNames.push(name);
    this.addValues.push(value);
  }
}
