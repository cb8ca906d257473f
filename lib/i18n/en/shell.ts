/** Texts of the shell frame. */
export const shell = {
  title: 'Shell',
} as const;
