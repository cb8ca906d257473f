import { z } from 'zod';
import { kubernetesObject, notice } from './shared';

/**
 * `GET /mesh-objects`: everything that findings about a draft depend on, reduced to what they read; Secrets and ServiceAccounts are
 * names alone. Editors check drafts against it in the browser.
 */
export const meshObjectsResponse = z.object({
  objects: z.array(kubernetesObject),
  /** Whether that is all there is: what is missing from a part may be elsewhere. */
  complete: z.boolean(),
  notices: z.array(notice),
});
export type MeshObjectsResponse = z.infer<typeof meshObjectsResponse>;
