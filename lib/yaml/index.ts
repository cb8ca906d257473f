export { toYaml } from './write-yaml';
