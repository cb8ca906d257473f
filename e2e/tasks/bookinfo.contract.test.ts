import { bookinfoTasks } from './suites/bookinfo';

bookinfoTasks('heddle');
