import { checkDuration, quote } from '../shared/rule-parts';
import type { RuleReport } from '../define-kind';
import type { VirtualServiceSpec } from './schema';
import { checkPercentage } from './check-parts';
import { grpcStatuses } from './grpc-statuses';

type Fault = NonNullable<NonNullable<VirtualServiceSpec['http']>[number]['fault']>;

/** Delay and abort of a route. */
export function checkFault(report: RuleReport, path: string, fault: Fault): void {
  if (fault.abort === undefined && fault.delay === undefined) report.error(path, 'HTTP fault injection must have an abort and/or a delay');
  const { abort, delay } = fault;
  if (abort !== undefined) checkAbort(report, `${path}.abort`, abort);
  if (delay === undefined) return;
  checkDuration(report, `${path}.delay.fixedDelay`, delay.fixedDelay);
  if (delay.exponentialDelay !== undefined) report.error(`${path}.delay.exponentialDelay`, 'exponentialDelay not supported yet');
  else if (delay.fixedDelay === undefined) report.error(`${path}.delay`, 'fault delay must have a fixedDelay');
  checkPercentage(report, `${path}.delay.percentage.value`, delay.percentage?.value);
  if (delay.percent !== undefined && (delay.percent < 0 || delay.percent > 100))
    report.error(`${path}.delay.percent`, `percentage ${delay.percent} is not in range 0..100`);
}

function checkAbort(report: RuleReport, path: string, abort: NonNullable<Fault['abort']>): void {
  const kinds = [abort.httpStatus, abort.grpcStatus, abort.http2Error].filter((one) => one !== undefined);
  if (kinds.length === 0) report.warning(path, 'abort configured, but error type not set');
  if (kinds.length > 1) report.error(path, 'only one of httpStatus, grpcStatus and http2Error can be set in an abort');
  checkPercentage(report, `${path}.percentage.value`, abort.percentage?.value);
  if (abort.http2Error !== undefined) report.error(`${path}.http2Error`, 'HTTP/2 abort fault injection not supported yet');
  if (abort.grpcStatus !== undefined && !grpcStatuses.includes(abort.grpcStatus.toUpperCase()))
    report.error(
      `${path}.grpcStatus`,
      `gRPC status ${quote(abort.grpcStatus)} is not supported. See https://github.com/grpc/grpc/blob/master/doc/statuscodes.md for a list of supported codes, for example 'NOT_FOUND'`,
    );
  if (abort.httpStatus !== undefined && (abort.httpStatus < 200 || abort.httpStatus > 599))
    report.error(`${path}.httpStatus`, `HTTP status ${abort.httpStatus} is not in range 200-599`);
}
