import { parse } from 'yaml';
import { z } from 'zod';
import { HeddleError } from '@/lib/errors';

const standIn = z.union([z.string(), z.record(z.string(), z.string())]);
const file = z.record(z.string(), standIn).nullable();

/**
 * `external-hosts.yaml` (CONTRACTS §1): host outside the mesh → address of its stand-in (`127.0.0.5` or `127.0.0.5:8443`), or one per
 * port (`{"80": "127.0.0.5:8080"}`).
 * @throws HeddleError `invalid_config` with the place of what is wrong
 */
export function readExternalHosts(text: string): z.infer<typeof file> & {} {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw new HeddleError('invalid_config', `external-hosts.yaml is no YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = file.safeParse(value);
  if (parsed.success) return parsed.data ?? {};
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new HeddleError('invalid_config', `external-hosts.yaml: ${problems.join('; ')}`);
}
