import { documentationOf, findingDefinitions } from '@/lib/validate';
import type { Severity } from '@/lib/validate';
import type { PlacedFinding, ValidateResult } from './validate-files';

/** The findings as text for people or in a format of other tools. */
export function printFindings(result: ValidateResult, output: 'text' | 'json' | 'sarif' | 'junit'): string {
  switch (output) {
    case 'json':
      return `${JSON.stringify(result.findings, null, 2)}\n`;
    case 'sarif':
      return `${JSON.stringify(sarif(result), null, 2)}\n`;
    case 'junit':
      return junit(result);
    case 'text':
      return text(result);
  }
}

function text({ findings, objects, fixed }: ValidateResult): string {
  const lines = findings.map((finding) => {
    const codes = [finding.istio, finding.kiali].filter((code) => code !== null);
    const known = codes.length === 0 ? '' : ` (${codes.join(', ')})`;
    const object = finding.kind === '' ? '' : ` ${objectOf(finding)}:`;
    const path = finding.path === '' ? '' : ` [${finding.path}]`;
    return `${placeOf(finding)}${finding.severity} ${finding.code}${known}${object} ${finding.message}${path}`;
  });
  const count = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length;
  const counts = [
    [count('error'), 'error'],
    [count('warning'), 'warning'],
    [count('info'), 'hint'],
  ] as const;
  const found = counts.filter(([number]) => number > 0).map(([number, word]) => `${number} ${word}${number === 1 ? '' : 's'}`);
  const mended = fixed === 0 ? '' : `${fixed} mended; `;
  lines.push(
    `${mended}${found.length === 0 ? 'nothing found' : found.join(', ')} in ${objects.length} object${objects.length === 1 ? '' : 's'}`,
  );
  return `${lines.join('\n')}\n`;
}

function placeOf({ file, line, column }: PlacedFinding): string {
  if (file === '') return '';
  return line === null ? `${file}: ` : `${file}:${line}${column === null ? '' : `:${column}`}: `;
}

function objectOf({ kind, namespace, name }: PlacedFinding): string {
  return `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`;
}

const sarifLevel: Record<Severity, string> = { error: 'error', warning: 'warning', info: 'note' };

/** SARIF 2.1.0, one run. */
function sarif({ findings }: ValidateResult): object {
  const used = new Set(findings.map((finding) => finding.code));
  const rules = findingDefinitions
    .filter((definition) => used.has(definition.code))
    .map(({ code, title, cause, fix }) => ({
      id: code,
      shortDescription: { text: title },
      fullDescription: { text: cause },
      help: { text: fix },
      helpUri: documentationOf(code),
    }));
  const results = findings.map((finding) => ({
    ruleId: finding.code,
    level: sarifLevel[finding.severity],
    message: { text: finding.message },
    locations: [
      {
        ...(finding.file === ''
          ? {}
          : {
              physicalLocation: {
                artifactLocation: { uri: finding.file },
                region: { startLine: finding.line ?? 1, startColumn: finding.column ?? 1 },
              },
            }),
        logicalLocations: [{ fullyQualifiedName: `${objectOf(finding)} ${finding.path}`.trim(), kind: 'object' }],
      },
    ],
  }));
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver: { name: 'heddle', rules } }, results }],
  };
}

/** JUnit: a test case per object; errors are failures, the rest is output. */
function junit({ findings, objects }: ValidateResult): string {
  const byObject = new Map<string, PlacedFinding[]>();
  for (const { name, file } of objects) byObject.set(`${file} ${name}`, []);
  for (const finding of findings) {
    const key = `${finding.file} ${finding.kind === '' ? 'document' : objectOf(finding)}`;
    byObject.set(key, [...(byObject.get(key) ?? []), finding]);
  }
  const failures = [...byObject.values()].filter((own) => own.some((finding) => finding.severity === 'error')).length;
  const cases = [...byObject].map(([key, own]) => {
    const space = key.indexOf(' ');
    const attributes = `classname=${quoted(key.slice(0, space))} name=${quoted(key.slice(space + 1))}`;
    const failed = own.filter((finding) => finding.severity === 'error');
    const said = own.filter((finding) => finding.severity !== 'error');
    const body = [
      ...failed.map(
        (finding) => `    <failure type=${quoted(finding.code)} message=${quoted(finding.message)}>${escaped(lineOf(finding))}</failure>`,
      ),
      ...(said.length === 0 ? [] : [`    <system-out>${escaped(said.map(lineOf).join('\n'))}</system-out>`]),
    ];
    return body.length === 0 ? `  <testcase ${attributes}/>` : `  <testcase ${attributes}>\n${body.join('\n')}\n  </testcase>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n<testsuite name="heddle validate" tests="${byObject.size}" failures="${failures}">\n${cases.join('\n')}\n</testsuite>\n</testsuites>\n`;
}

function lineOf(finding: PlacedFinding): string {
  return `${placeOf(finding)}${finding.severity} ${finding.code} ${finding.message}`;
}

function quoted(value: string): string {
  return `"${escaped(value)}"`;
}

function escaped(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
