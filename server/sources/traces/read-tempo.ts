import { decodeOtlpJson } from '@/lib/traces';
import type { Span } from '@/lib/traces';

const idBytes: Record<string, number> = { traceId: 16, spanId: 8, parentSpanId: 8 };
const kindNames = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];
const statusNames = ['UNSET', 'OK', 'ERROR'];

/** Spans of Tempo's JSON. It is OTLP but for ids in base64 and enums by name, and older names of two lists. */
export function readTempo(resourceSpans: unknown): Span[] {
  return decodeOtlpJson({ resourceSpans: toOtlp(resourceSpans) }).spans;
}

function toOtlp(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((one) => toOtlp(one));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => {
        // Attributes are the application's: a key or value of theirs is never taken for a field.
        if (name === 'attributes') return [name, one];
        return [name === 'instrumentationLibrarySpans' ? 'scopeSpans' : name, toOtlp(one, name)];
      }),
    );
  }
  if (typeof value !== 'string') return value;
  const bytes = idBytes[key];
  if (bytes !== undefined) return hexId(value, bytes);
  if (key === 'kind' && value.startsWith('SPAN_KIND_')) return Math.max(0, kindNames.indexOf(value.slice('SPAN_KIND_'.length)));
  if (key === 'code' && value.startsWith('STATUS_CODE_')) return Math.max(0, statusNames.indexOf(value.slice('STATUS_CODE_'.length)));
  return value;
}

/** Hex of an id; one that lost leading zeros gets them back, one in base64 is turned. */
export function hexId(id: string, bytes: number): string {
  const digits = bytes * 2;
  if (/^[0-9a-fA-F]+$/.test(id) && id.length <= digits && !isBase64Of(id, bytes)) return id.toLowerCase().padStart(digits, '0');
  const decoded = Buffer.from(id, 'base64');
  return decoded.length === bytes ? decoded.toString('hex') : id;
}

/** 16 bytes are 24 letters of base64 and 8 are 12, always padded; hex never ends in `=`. */
function isBase64Of(id: string, bytes: number): boolean {
  return id.endsWith('=') && id.length === Math.ceil(bytes / 3) * 4;
}
