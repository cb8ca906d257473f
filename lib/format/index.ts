export { formatDuration, parseDurationMs } from './durations';
export { formatAgo } from './format-time';
export { formatBytesRate, formatMs, formatNumber, formatPercent, formatRate } from './numbers';
