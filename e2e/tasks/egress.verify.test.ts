import { egressTasks } from './suites/egress';
import { allSidecars } from './support/peers';

for (const sidecars of allSidecars) egressTasks(sidecars);
