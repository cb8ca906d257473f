export { HeddleError, errorStatus, isHeddleError, toErrorBody } from './heddle-error';
export type { ErrorBody, ErrorCode } from './heddle-error';
