import { answerRequest, showSecurity } from '@/server/console';

/** Who may call what, mutual TLS, tokens. */
export const GET = answerRequest('security', ({ console, query }) => showSecurity(console, query));
