/** What the server side of a connection waits for: a head, the rest of a body, the end of its own answer, or anything (after an upgrade). */
export const HEAD = 0;
export const BODY = 1;
export const CHUNKED = 2;
export const RESPONSE = 3;
export const TUNNEL = 4;
