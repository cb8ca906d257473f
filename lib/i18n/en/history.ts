/** Texts of the history page. */
export const history = {
  title: 'History',
} as const;
