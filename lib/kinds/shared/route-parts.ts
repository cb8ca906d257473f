import { z } from 'zod';
import { as, describeFields, shownAs } from '../field-notes';

/** Blocks shared by the routes of a VirtualService (Istio networking API). */
export const destination = z.object({
  host: z.string(),
  port: z.object({ number: z.int().optional() }).optional(),
  subset: z.string().optional(),
});
export type Destination = z.infer<typeof destination>;

export const headerOperations = z.object({
  request: z
    .object({
      add: z.record(z.string(), z.string()).optional(),
      remove: z.array(z.string()).optional(),
      set: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
  response: z
    .object({
      add: z.record(z.string(), z.string()).optional(),
      remove: z.array(z.string()).optional(),
      set: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
});
export type HeaderOperations = z.infer<typeof headerOperations>;

export const stringMatch = z.object({ exact: z.string().optional(), prefix: z.string().optional(), regex: z.string().optional() });
export type StringMatch = z.infer<typeof stringMatch>;

shownAs(destination, 'destination');
describeFields(destination, {
  host: as(
    'host',
    'The service that requests go to: a Service, a ServiceEntry host, or any name the mesh knows. Short names mean the namespace of this object.',
  ),
  port: 'The port of the service. Needed when the service has several and the caller did not name one.',
  'port.number': as('port', 'Number of the port of the service, not of the container.'),
  subset: as('subset', 'One of the subsets that a DestinationRule of the host defines. Left out: all endpoints of the service.'),
});

describeFields(headerOperations, {
  request: 'Changes to the headers of the request before it goes to the destination.',
  'request.add': 'Headers to add, beside values that are there already.',
  'request.remove': as('header', 'Names of headers to take out.'),
  'request.set': 'Headers to write, in place of values that are there.',
  response: 'Changes to the headers of the answer before it goes to the caller.',
  'response.add': 'Headers to add, beside values that are there already.',
  'response.remove': as('header', 'Names of headers to take out.'),
  'response.set': 'Headers to write, in place of values that are there.',
});

shownAs(stringMatch, 'stringMatch');
describeFields(stringMatch, {
  exact: 'The whole text, letter for letter.',
  prefix: 'How the text begins.',
  regex: as('regex', 'A regular expression in RE2 syntax that the whole text must match.'),
});
