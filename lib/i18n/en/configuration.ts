/** Texts of the configuration page. */
export const configuration = {
  title: 'Configuration',
} as const;
