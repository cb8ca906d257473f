/** Whether a change made things worse: evidence in, a verdict of three values out. */
export { compareWindows } from './compare-windows';
export type { Comparison, MetricComparison, Verdict, WindowEvidence } from './compare-windows';
