/** Texts of the service page. */
export const service = {
  title: 'Service',
} as const;
