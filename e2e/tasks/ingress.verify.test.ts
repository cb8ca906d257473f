import { ingressTasks } from './suites/ingress';
import { allSidecars } from './support/peers';

for (const sidecars of allSidecars) ingressTasks(sidecars);
