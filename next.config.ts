import type { NextConfig } from 'next';

const config: NextConfig = {
  output: 'standalone',
  // Node's own loader reads these: they open files beside themselves or start worker threads.
  serverExternalPackages: ['@kubernetes/client-node', 'pino', 'prom-client'],
  poweredByHeader: false,
  reactStrictMode: true,
  // `npm run check` type-checks each place of execution with its own settings.
  typescript: { ignoreBuildErrors: true },
  experimental: { useTypeScriptCli: true },
};

export default config;
