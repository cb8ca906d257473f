import type { KubeClient } from '@/server/kube';

/** The user the API server takes us for; the context's name where it does not say. */
export async function whoWrites(client: KubeClient): Promise<string> {
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  try {
    const answer = await client.raw('/apis/authentication.k8s.io/v1/selfsubjectreviews', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(review),
      timeoutMs: 3000,
    });
    const body = JSON.parse(answer.body.toString('utf8')) as { status?: { userInfo?: { username?: unknown } } };
    const name = body.status?.userInfo?.username;
    if (answer.status < 300 && typeof name === 'string' && name !== '') return name;
  } catch {
    // Older servers, and small ones, do not know the review.
  }
  return client.connection.context;
}
