import { httpbinTasks } from './suites/httpbin';

httpbinTasks('heddle');
