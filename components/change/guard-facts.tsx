import { FileDown } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from '@/components/ui/button';
import { HealthMark } from '@/components/ui/health-mark';
import type { PreviewResponse } from '@/lib/contract';
import { formatNumber, formatPercent, formatRate } from '@/lib/format';

/** The changed objects as a file for a pull request. */
function exportDocuments(preview: PreviewResponse): void {
  const text = preview.documents.flatMap((one) => (one.after === null || one.action === 'none' ? [] : [one.after])).join('---\n');
  const url = URL.createObjectURL(new Blob([text], { type: 'application/yaml' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = 'change.yaml';
  link.click();
  URL.revokeObjectURL(url);
}

/** How far a draft reaches: callers and rates, what gets more requests and who answers them, and who else owns its fields. */
export function GuardFacts({ preview }: { preview: PreviewResponse }): ReactNode {
  const t = useTranslations('change');
  const { callers, rps, share, gains, owners } = preview.guards;
  if (callers.length === 0 && owners.length === 0) return null;
  return (
    <section data-testid="guards">
      <h3 className="mb-1 text-sm">{t('reach')}</h3>
      {callers.length > 0 && (
        <p className="num text-sm text-muted" title={callers.join(', ')}>
          {t('reachFacts', { callers: callers.length, rps: formatNumber(rps), share: formatPercent(share) })}
        </p>
      )}
      {gains.length > 0 && (
        <table className="mt-1.5 w-full text-sm">
          <caption className="sr-only">{t('gains')}</caption>
          <tbody>
            {gains.map((one) => (
              <tr key={`${one.to} ${one.destination}`}>
                <td className="py-0.5 pr-2">
                  <span className="flex items-center gap-1.5">
                    <HealthMark health={one.readyEndpoints === 0 ? 'failing' : 'idle'} size={11} />
                    {one.to.split('/')[1]} {one.destination}
                  </span>
                </td>
                <td className="num pr-2 text-right whitespace-nowrap">
                  {t('gainsRate', { before: formatNumber(one.rpsBefore), after: formatRate(one.rpsAfter) })}
                </td>
                <td className={`num text-right text-xs ${one.readyEndpoints === 0 ? 'text-failing-text' : 'text-muted'}`}>
                  {t('gainsEach', { count: one.readyEndpoints, rate: formatRate(one.rpsAfter / Math.max(1, one.readyEndpoints)) })}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {owners.length > 0 && (
        <div className="mt-2 flex flex-col gap-1 rounded-sm border border-degraded bg-degraded-soft px-2.5 py-2 text-sm">
          {owners.map((owner) => (
            <p key={`${owner.manager} ${owner.ref.kind} ${owner.ref.name}`} className="text-degraded-text">
              {t('owners', { manager: owner.manager, fields: owner.fields.join(', '), name: `${owner.ref.kind} ${owner.ref.name}` })}
            </p>
          ))}
          <div className="flex flex-wrap items-center gap-2">
            <span>{t('ownersChoice')}</span>
            <Button size="sm" icon={<FileDown size={13} aria-hidden="true" />} onClick={() => exportDocuments(preview)}>
              {t('exportPatch')}
            </Button>
          </div>
        </div>
      )}
    </section>
  );
}
