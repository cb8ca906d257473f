export { insertYaml, moveYaml, removeYaml, setYaml } from './edit-yaml';
export type { EditOptions } from './edit-yaml';
export { contextAt } from './context-at';
export type { YamlContext } from './context-at';
export { joinDocuments, splitDocuments } from './split-documents';
export { writeYamlValue } from './write-value';
export { toYaml } from './write-yaml';
export { readYaml } from './yaml-source';
export type { YamlPath, YamlPlace, YamlPosition, YamlProblem, YamlSource } from './yaml-source';
