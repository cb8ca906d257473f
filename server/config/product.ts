import packageFile from '@/package.json';

/** What this is, as `/meta` and `/healthz` say it. */
export const product = { name: 'Heddle', version: packageFile.version } as const;
