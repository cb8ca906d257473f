export { formatDuration, parseDurationMs } from './durations';
export { formatAgo } from './format-time';
export { formatBytesRate, formatMs, formatMsList, formatNumber, formatPercent, formatRate } from './numbers';
