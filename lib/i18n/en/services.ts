/** Texts of the services page. */
export const services = {
  title: 'Services',
} as const;
