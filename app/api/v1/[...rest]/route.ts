import { HeddleError, errorStatus, toErrorBody } from '@/lib/errors';

function refuse(request: Request): Response {
  const error = new HeddleError('not_found', `There is no ${new URL(request.url).pathname}.`);
  return Response.json(toErrorBody(error), { status: errorStatus(error.code) });
}

/** Any other path of the API: an error in the API's own form, not a page. */
export const GET = refuse;
export const POST = refuse;
export const PUT = refuse;
export const PATCH = refuse;
export const DELETE = refuse;
