import { authorizationTasks } from './suites/authorization';
import { allSidecars } from './support/peers';

for (const sidecars of allSidecars) authorizationTasks(sidecars);
