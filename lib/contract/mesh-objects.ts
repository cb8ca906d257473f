import { z } from 'zod';
import { kubernetesObject, notice } from './shared';

/**
 * `GET /mesh-objects`: everything that findings about a draft depend on, reduced to what they read; of Secrets and ServiceAccounts names
 * alone. Editors check drafts against it in the browser.
 */
export const meshObjectsResponse = z.object({
  objects: z.array(kubernetesObject),
  secrets: z.array(z.object({ namespace: z.string(), name: z.string() })),
  serviceAccounts: z.array(z.object({ namespace: z.string(), name: z.string() })),
  /** Whether that is all there is: what is missing from a part may be elsewhere. */
  complete: z.boolean(),
  notices: z.array(notice),
});
export type MeshObjectsResponse = z.infer<typeof meshObjectsResponse>;
