import { Command, Option } from 'commander';
import { reportFailure } from './report-failure';

export interface ValidateOptions {
  filename?: string[];
  recursive: boolean;
  kubeconfig?: string;
  /** Other clusters of the mesh, `name=kubeconfig` each. */
  remote?: string[];
  output: 'text' | 'json' | 'sarif' | 'junit';
  fix: boolean;
}

const exitUsage = 2;

/** `heddle validate`: what is wrong with manifests, alone or in a cluster (CONTRACTS §4). Exit 0 clean, 1 errors, 2 usage. */
export function validateCommand(): Command {
  return new Command('validate')
    .description('say what is wrong with manifests, before or after they are applied')
    .option('-f, --filename <file-or-directory...>', 'manifests; - is the standard input')
    .option('-R, --recursive', 'also look into the directories of a directory', false)
    .option('--kubeconfig <file>', 'judge against the objects of this cluster (without -f: those objects)')
    .option('--remote <name=file...>', 'kubeconfigs of other clusters of the mesh: their services and accounts are compared')
    .addOption(new Option('-o, --output <format>', 'how to print the findings').choices(['text', 'json', 'sarif', 'junit']).default('text'))
    .option('--fix', 'mend in the files what can be mended without a question; with -f - the mended text is the output', false)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : exitUsage))
    .action(async (options: ValidateOptions) => {
      if (options.filename === undefined && options.kubeconfig === undefined) {
        process.stderr.write('heddle: say what to validate: -f FILE, or --kubeconfig FILE for a whole cluster\n');
        process.exitCode = exitUsage;
        return;
      }
      const [{ validateFiles }, { printFindings }] = await Promise.all([import('./validate-files'), import('./print-findings')]);
      try {
        const result = await validateFiles(options);
        // The mended text has no file to go to: it is the output, and what is said about it goes beside.
        if (result.mendedInput !== null) process.stdout.write(result.mendedInput);
        (result.mendedInput === null ? process.stdout : process.stderr).write(printFindings(result, options.output));
        process.exitCode = result.findings.some((finding) => finding.severity === 'error') ? 1 : 0;
      } catch (error) {
        reportFailure(error);
        process.exitCode = exitUsage;
      }
    });
}
