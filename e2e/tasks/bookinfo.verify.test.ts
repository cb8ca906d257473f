import { bookinfoTasks } from './suites/bookinfo';
import { moreBookinfoTasks } from './suites/bookinfo-more';
import { allSidecars } from './support/peers';

for (const sidecars of allSidecars) moreBookinfoTasks(sidecars);
for (const sidecars of ['envoy', 'mixed'] as const) bookinfoTasks(sidecars);
