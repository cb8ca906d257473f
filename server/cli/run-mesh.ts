export interface MeshOptions {
  dataDir: string;
  scrapeInterval: number;
  kubernetesPort: number;
  xdsPort: number;
  xdsTlsPort: number;
  debugPort: number;
  prometheusPort: number;
  jaegerPort: number;
  otlpPort: number;
  zipkinPort: number;
}

export function runMesh(_options: MeshOptions): Promise<void> {
  return Promise.resolve();
}
