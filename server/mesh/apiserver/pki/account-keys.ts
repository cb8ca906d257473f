import { createPrivateKey, createPublicKey, generateKeyPair } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { writePrivate } from './create-pki';

export interface AccountKeys {
  privateKey: KeyObject;
  publicKey: KeyObject;
}

/** The key pair of ServiceAccount tokens (RS256): `sa.key` and `sa.pub`, made once and kept. */
export async function openAccountKeys(folder: string): Promise<AccountKeys> {
  const [keyPath, pubPath] = [join(folder, 'sa.key'), join(folder, 'sa.pub')];
  try {
    const privateKey = createPrivateKey(await readFile(keyPath, 'utf8'));
    return { privateKey, publicKey: createPublicKey(privateKey) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  await writePrivate(keyPath, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  await writeFile(pubPath, publicKey.export({ type: 'spki', format: 'pem' }).toString());
  return { privateKey, publicKey };
}
