/** A trace id as 32 lower-case hex digits (shorter ones are padded), `undefined` when it is none or all zero. */
export function normalTraceId(text: unknown): string | undefined {
  return normalHex(text, 32);
}

/** A span id as 16 lower-case hex digits, `undefined` when it is none or all zero. */
export function normalSpanId(text: unknown): string | undefined {
  return normalHex(text, 16);
}

function normalHex(text: unknown, length: number): string | undefined {
  if (typeof text !== 'string' || text === '' || text.length > length || !/^[0-9a-fA-F]+$/.test(text) || /^0+$/.test(text))
    return undefined;
  return text.toLowerCase().padStart(length, '0');
}
