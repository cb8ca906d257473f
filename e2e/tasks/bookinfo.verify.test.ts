import { bookinfoTasks } from './suites/bookinfo';
import { moreBookinfoTasks } from './suites/bookinfo-more';

// Mixed meshes are shown by the tasks of the shorter suite.
for (const sidecars of ['heddle', 'envoy'] as const) moreBookinfoTasks(sidecars);
for (const sidecars of ['envoy', 'mixed'] as const) bookinfoTasks(sidecars);
