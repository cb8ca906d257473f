export { formatBytes, formatMs, formatNumber, formatRatio, noData } from './format-number';
export { formatAgo } from './format-time';
