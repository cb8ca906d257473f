import type { KindDefinition } from '@/lib/kinds';
import type { StoredObject } from '../storage/stored-object';
import type { Cause } from '../status-errors';

const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const label1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const qualifiedName = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const labelValue = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

const subdomainRule =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const labelRule =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const label1035Rule =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

/** Names, labels, annotations and finalizers, by Kubernetes' rules. */
export function checkMetadata(object: StoredObject, kind: KindDefinition): Cause[] {
  const causes: Cause[] = [];
  const { name, labels, annotations } = object.metadata;
  const add = (field: string, value: unknown, why: string) =>
    causes.push({ reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value)}: ${why}`, field });

  if (kind.group === 'rbac.authorization.k8s.io') {
    if (name === '.' || name === '..' || /[/%]/.test(name)) add('metadata.name', name, "may not contain '/' or '%'");
  } else if (kind.kind === 'Namespace') {
    if (name.length > 63 || !label.test(name)) add('metadata.name', name, labelRule);
  } else if (kind.group === '' && kind.kind === 'Service') {
    if (name.length > 63 || !label1035.test(name)) add('metadata.name', name, label1035Rule);
  } else if (name.length > 253 || !subdomain.test(name)) add('metadata.name', name, subdomainRule);

  for (const [key, value] of Object.entries(labels ?? {})) {
    if (!isQualifiedName(key))
      add(
        'metadata.labels',
        key,
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
      );
    if (typeof value !== 'string' || value.length > 63 || !labelValue.test(value)) {
      add(
        'metadata.labels',
        value,
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
      );
    }
  }
  let annotationBytes = 0;
  for (const [key, value] of Object.entries(annotations ?? {})) {
    if (!isQualifiedName(key.toLowerCase()))
      add(
        'metadata.annotations',
        key,
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
      );
    if (typeof value !== 'string') add('metadata.annotations', value, 'must be a string');
    else annotationBytes += key.length + value.length;
  }
  if (annotationBytes > 256 * 1024)
    causes.push({ reason: 'FieldValueTooLong', message: 'Too long: may not be more than 262144 bytes', field: 'metadata.annotations' });
  return causes;
}

function isQualifiedName(key: string): boolean {
  const slash = key.indexOf('/');
  const name = slash === -1 ? key : key.slice(slash + 1);
  const prefixOk = slash === -1 || (slash <= 253 && subdomain.test(key.slice(0, slash)));
  return prefixOk && name.length <= 63 && qualifiedName.test(name);
}
