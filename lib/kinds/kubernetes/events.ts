import { z } from 'zod';
import { defineKind } from '../define-kind';
import type { ObjectMeta } from '../define-kind';
import { objectReference, time } from './parts';

const series = z.object({ count: z.int().optional(), lastObservedTime: time.optional() });
const source = z.object({ component: z.string().optional(), host: z.string().optional() });

const eventBody = z.object({
  involvedObject: objectReference,
  reason: z.string().optional(),
  message: z.string().optional(),
  source: source.optional(),
  firstTimestamp: time.optional(),
  lastTimestamp: time.optional(),
  count: z.int().optional(),
  type: z.string().optional(),
  eventTime: time.optional(),
  series: series.optional(),
  action: z.string().optional(),
  related: objectReference.optional(),
  reportingComponent: z.string().optional(),
  reportingInstance: z.string().optional(),
});
export type Event = { apiVersion: string; kind: string; metadata: ObjectMeta } & z.infer<typeof eventBody>;

/** core/v1 Event: the form in which events are stored. */
export const eventKind = defineKind({
  group: '',
  versions: ['v1'],
  native: true,
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  namespaced: true,
  hasStatus: false,
  body: eventBody,
});

/** events.k8s.io/v1 Event: the same objects with other field names. */
export const eventsV1Kind = defineKind({
  group: 'events.k8s.io',
  versions: ['v1'],
  native: true,
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  namespaced: true,
  hasStatus: false,
  body: z.object({
    eventTime: time.optional(),
    series: series.optional(),
    reportingController: z.string().optional(),
    reportingInstance: z.string().optional(),
    action: z.string().optional(),
    reason: z.string().optional(),
    regarding: objectReference.optional(),
    related: objectReference.optional(),
    note: z.string().optional(),
    type: z.string().optional(),
    deprecatedSource: source.optional(),
    deprecatedFirstTimestamp: time.optional(),
    deprecatedLastTimestamp: time.optional(),
    deprecatedCount: z.int().optional(),
  }),
});
