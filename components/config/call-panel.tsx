'use client';

import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from '@/components/ui/button';
import { HealthMark } from '@/components/ui/health-mark';
import type { PermittedCall } from '@/lib/contract';
import { formatRate } from '@/lib/format';

const marks = { allow: 'healthy', deny: 'failing', mixed: 'degraded', fails: 'unknown' } as const;

/** One pair of caller and service: what was asked of the policies, what they said, and the way to change it. */
export function CallPanel({
  call,
  hasIdentity,
  onAllow,
  onDeny,
  onPolicy,
}: {
  call: PermittedCall;
  hasIdentity: boolean;
  onAllow: () => void;
  onDeny: () => void;
  onPolicy: (object: string) => void;
}): ReactNode {
  const t = useTranslations('security');
  return (
    <div className="flex flex-col gap-3 px-4 py-3 text-sm">
      <p className="num text-muted">{call.rps === null || call.rps === 0 ? t('notSeen') : t('seen', { rps: formatRate(call.rps) })}</p>
      <section>
        <h3 className="mb-1 text-sm">{t('operations')}</h3>
        <ul className="flex flex-col gap-2" data-testid="asked-operations">
          {call.operations.map((one) => (
            <li key={`${one.method} ${one.path}`} className="flex gap-2">
              <span className="pt-1">
                <HealthMark health={marks[one.verdict]} size={11} label={t(`verdict.${one.verdict}`)} />
              </span>
              <span className="min-w-0">
                <span className="font-mono text-xs break-all">
                  {one.method} {one.path}
                </span>{' '}
                {t(`verdict.${one.verdict}`)}
                <span className="block text-xs break-words text-muted">
                  {one.object === '' ? (
                    one.verdict === 'allow' && t('decidedByNone')
                  ) : (
                    <button type="button" className="text-left text-accent-text hover:underline" onClick={() => onPolicy(one.object)}>
                      {t('decidedBy', { object: one.object })}
                    </button>
                  )}
                  {one.reason !== '' && <span className="block">{one.reason}</span>}
                </span>
              </span>
            </li>
          ))}
        </ul>
      </section>
      {hasIdentity ? (
        <div className="flex gap-2">
          <Button onClick={onAllow}>{t('allowCaller')}</Button>
          <Button variant="danger" onClick={onDeny}>
            {t('denyCaller')}
          </Button>
        </div>
      ) : (
        <p className="text-muted">{t('noIdentity', { from: call.from })}</p>
      )}
    </div>
  );
}
