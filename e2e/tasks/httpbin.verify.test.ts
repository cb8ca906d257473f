import { httpbinTasks } from './suites/httpbin';

for (const sidecars of ['envoy', 'mixed'] as const) httpbinTasks(sidecars);
