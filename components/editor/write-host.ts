import type { MeshChoices } from '@/lib/validate';

/** How a host of the mesh is best written in a namespace: short in its own, whole elsewhere. */
export function writeHost(choice: MeshChoices['hosts'][number], namespace: string): string {
  return choice.namespace === namespace && choice.host.startsWith(`${choice.name}.`) ? choice.name : choice.host;
}
