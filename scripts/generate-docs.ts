/** Writes docs/findings from the definitions of lib/validate, and docs/api.md from the contract: `npm run docs`. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { documentFindings } from '@/lib/validate';
import { documentApi } from './docs/document-api';

const docs = join(process.cwd(), 'docs');
writeFileSync(join(docs, 'api.md'), documentApi());

const folder = join(docs, 'findings');
mkdirSync(folder, { recursive: true });
const pages = documentFindings();
for (const name of readdirSync(folder)) if (name.endsWith('.md') && !pages.has(name)) rmSync(join(folder, name));
for (const [name, text] of pages) writeFileSync(join(folder, name), text);
