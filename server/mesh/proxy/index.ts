/** The data plane. `heddle proxy` runs `main.ts`; other rooms need nothing but the form of its bootstrap file. */
export { readBootstrap } from './read-bootstrap';
export type { Bootstrap } from './read-bootstrap';
