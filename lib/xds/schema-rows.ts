/**
 * How a row of the wire table is written: `field: 'NUMBER [repeated|map ]TYPE'`, where TYPE is a scalar of proto3, a message or an enum of the
 * table. A map's key is always a string. Only what Heddle emits or reads is in the table; `schema.test.ts` holds every row against the official protos.
 */
export type MessageRows = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** An enum: its names in order from 0 (`'A B C'`), or with their numbers where they are not consecutive (`'A=1 B=5'`). */
export type EnumRows = Readonly<Record<string, string>>;
