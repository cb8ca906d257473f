import { mergeEqual, relabel, type VectorSeries } from './eval-context';
import { compileRegex } from './label-matcher';
import { labelValue, withLabel, type Labels } from './labels';
import { PromqlError } from './promql-error';
import { unwrapParens, type Call, type Expr } from './syntax-tree';

function text(arg: Expr | undefined): string {
  const inner = arg === undefined ? undefined : unwrapParens(arg);
  return inner?.kind === 'string' ? inner.value : '';
}

/** `label_replace(v, dst, replacement, src, regex)`: the regex must match the whole value; `$1`, `${name}` are its groups. */
export function labelReplace(call: Call, series: Iterable<VectorSeries>): VectorSeries[] {
  const [target, replacement, source, pattern] = call.args.slice(1).map(text) as [string, string, string, string];
  if (target === '') throw new PromqlError('execution', `invalid destination label name in label_replace(): ${target}`, call);
  let regex: ReturnType<typeof compileRegex>;
  try {
    regex = compileRegex(pattern);
  } catch {
    throw new PromqlError('execution', `invalid regular expression in label_replace(): ${pattern}`, call);
  }
  return mergeEqual(
    relabel(series, (labels) => {
      const match = regex.matcher(labelValue(labels, source));
      if (!match.matches()) return labels;
      const names = regex.namedGroups();
      const group = (name: string): string => {
        const index = /^\d+$/.test(name) ? Number(name) : names[name];
        return index === undefined || index > match.groupCount() ? '' : (match.group(index) ?? '');
      };
      return withLabel(labels, target, expand(replacement, group));
    }),
  );
}

/** Go's template: `$name` takes the longest run of word characters, `${name}` is exact, `$$` is a dollar. */
function expand(template: string, group: (name: string) => string): string {
  return template.replaceAll(
    /\$(?:(\$)|\{(\w+)\}|(\w+))/g,
    (_whole, dollar: string | undefined, braced: string | undefined, bare: string | undefined) =>
      dollar === undefined ? group(braced ?? bare ?? '') : '$',
  );
}

/** `label_join(v, dst, separator, src…)`. */
export function labelJoin(call: Call, series: Iterable<VectorSeries>): VectorSeries[] {
  const [target = '', separator = '', ...sources] = call.args.slice(1).map(text);
  if (target === '') throw new PromqlError('execution', `invalid destination label name in label_join(): ${target}`, call);
  const join = (labels: Labels): Labels => withLabel(labels, target, sources.map((source) => labelValue(labels, source)).join(separator));
  return mergeEqual(relabel(series, join));
}
