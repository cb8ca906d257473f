import { trafficTasks } from './suites/traffic';
import { allSidecars } from './support/peers';

for (const sidecars of allSidecars) trafficTasks(sidecars);
