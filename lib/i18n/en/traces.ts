/** Texts of the traces page. */
export const traces = {
  title: 'Traces',
} as const;
