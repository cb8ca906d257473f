export { formatDuration, parseDurationMs } from './durations';
export { formatBytesRate, formatMs, formatNumber, formatPercent, formatRate, noValue } from './numbers';
export { toYaml } from './yaml';
