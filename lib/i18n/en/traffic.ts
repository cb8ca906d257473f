/** Texts of the traffic page. */
export const traffic = {
  title: 'Traffic',
} as const;
