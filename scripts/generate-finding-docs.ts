/**
 * Writes docs/findings from the definitions of lib/validate.
 *   npx esbuild scripts/generate-finding-docs.ts --bundle --platform=node --format=esm --packages=external --outfile=dist/finding-docs.mjs && node dist/finding-docs.mjs
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { documentFindings } from '@/lib/validate';

const folder = join(process.cwd(), 'docs/findings');
mkdirSync(folder, { recursive: true });
const pages = documentFindings();
for (const name of readdirSync(folder)) if (name.endsWith('.md') && !pages.has(name)) rmSync(join(folder, name));
for (const [name, text] of pages) writeFileSync(join(folder, name), text);
