import type { Registry } from 'prom-client';
import type { EvalMemo } from '@/lib/promql';
import type { DurableStore } from './durable-store';
import type { ScrapeManager } from './scrape-manager';

export interface QueryLimits {
  timeoutMs: number;
  maxSamples: number;
  lookbackMs: number;
}

/** What the handlers of the API work on. */
export interface ApiContext {
  store: DurableStore;
  scraper: ScrapeManager;
  limits: QueryLimits;
  retentionMs: number;
  startedMs: number;
  /** Buckets of the queries of the last moments. */
  memo: EvalMemo;
  /** The store's own metrics. */
  registry: Registry;
  version: string;
}

/** An answer: JSON text, or plain text. */
export interface ApiReply {
  status?: number;
  contentType?: string;
  body: string;
}
