/** Texts of the graph page. */
export const graph = {
  title: 'Graph',
} as const;
