'use client';

import { Copy, CopyPlus, Trash2 } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { type ReactNode, useState } from 'react';
import { useTranslations } from 'use-intl';
import { useEndpoint } from '@/components/data/use-endpoint';
import { useDenial } from '@/components/data/use-denial';
import { useScope, useUrlValue } from '@/components/shell/scope';
import { Button } from '@/components/ui/button';
import { GuardedButton } from '@/components/ui/guarded-button';
import { PageHeader } from '@/components/ui/page';
import { ErrorState, NoticeStrip, SkeletonRows } from '@/components/ui/states';
import type { ObjectResponse, PlacedFinding } from '@/lib/contract';
import { type Dock, useChangeDock } from './change-dock';
import { FindingCount } from './finding-count';
import { ObjectEditor } from './object-editor';
import { FindingList, RelationFacts, StatusFacts } from './object-facts';
import { type ObjectTab, ObjectTabs, ObjectWords, tabs } from './object-tabs';
import { YamlView } from './yaml-view';

export interface ObjectPageProps {
  group: string;
  kind: string;
  namespace: string;
  name: string;
}

function countFindings(findings: readonly PlacedFinding[]): { error: number; warning: number; info: number } {
  const counts = { error: 0, warning: 0, info: 0 };
  for (const { severity } of findings) counts[severity] += 1;
  return counts;
}

/** Copy, duplicate, delete; what the user's rights forbid is disabled with the reason. */
function ObjectActions({ data, params, dock }: { data: ObjectResponse; params: ObjectPageProps; dock: Dock }): ReactNode {
  const t = useTranslations('configuration');
  const router = useRouter();
  const scope = useScope();
  const [copied, setCopied] = useState(false);
  const kind = `${params.group}/${params.kind}`;
  const at = { group: params.group, kind: params.kind, namespace: params.namespace };
  const denial = {
    create: useDenial(data.writable ? [{ ...at, verb: 'create' }] : []),
    delete: useDenial(data.writable ? [{ ...at, verb: 'delete' }] : []),
  };
  const { resourceVersion } = data.object.metadata;
  return (
    <>
      <Button
        icon={<Copy size={14} aria-hidden="true" />}
        onClick={() => {
          void navigator.clipboard.writeText(data.yaml).then(() => setCopied(true));
        }}
      >
        {copied ? t('copied') : t('copy')}
      </Button>
      {data.writable && (
        <>
          <GuardedButton
            denial={denial.create}
            icon={<CopyPlus size={14} aria-hidden="true" />}
            onClick={() => router.push(scope.href(`/config/new?copy=${encodeURIComponent(`${kind}/${params.namespace}/${params.name}`)}`))}
          >
            {t('duplicate')}
          </GuardedButton>
          <GuardedButton
            denial={denial.delete}
            variant="danger"
            icon={<Trash2 size={14} aria-hidden="true" />}
            onClick={() =>
              dock.propose({
                title: t('deleteTitle', { name: `${params.kind} ${params.name}` }),
                hint: t('deleteHint'),
                draft: {
                  objects: [],
                  deletes: [{ ...data.ref, ...(resourceVersion === undefined ? {} : { resourceVersion }) }],
                  bases: [data.object],
                },
              })
            }
          >
            {t('delete')}
          </GuardedButton>
        </>
      )}
    </>
  );
}

/** One object: what it says, what is wrong with it, what it stands in relation to, who wrote it, and what can be done with it. */
export function ObjectPage(params: ObjectPageProps): ReactNode {
  const t = useTranslations('configuration');
  const common = useTranslations('common');
  const scope = useScope();
  const object = useEndpoint('object', { params: { ...params } }, { refreshMs: scope.refresh });
  const relations = useEndpoint('objectRelations', { params: { ...params } }, { refreshMs: scope.refresh });
  const dock = useChangeDock();
  const [tabText, setTabText] = useUrlValue('tab');
  const [edition, setEdition] = useState(0);
  const tab = tabs.find((one) => one === tabText) ?? 'stored';
  const setTab = (next: ObjectTab): void => setTabText(next === 'stored' ? undefined : next);
  // An object that was deleted is gone from the page too, whatever the last answer said.
  const data = object.isError && object.error.status === 404 ? undefined : object.data;
  return (
    <>
      <PageHeader
        kind={`${params.kind} · ${params.namespace === '-' ? t('clusterWide') : params.namespace}`}
        title={params.name}
        status={
          data && (
            <>
              {data.findings.length > 0 && <FindingCount findings={countFindings(data.findings)} />}
              <span className="num font-mono text-xs text-faint">{`${t('version')} ${data.object.metadata.resourceVersion ?? '–'}`}</span>
            </>
          )
        }
        actions={data && <ObjectActions data={data} params={params} dock={dock} />}
      />
      <NoticeStrip notices={relations.data?.notices ?? []} />
      <div className="flex min-h-0 flex-1">
        <div className="flex min-w-0 flex-1 flex-col overflow-y-auto">
          {object.isError && data === undefined ? (
            <ErrorState {...object.error.body.error} retryLabel={common('retry')} onRetry={() => void object.refetch()} />
          ) : data === undefined ? (
            <SkeletonRows rows={12} label={common('loading')} />
          ) : (
            <>
              {data.withheld.length > 0 && (
                <p className="border-b border-line bg-inset px-5 py-2 text-sm text-muted">
                  {t('withheld', { names: data.withheld.join(', ') })}
                </p>
              )}
              <ObjectTabs writable={data.writable} tab={tab} onTab={setTab} />
              <div className="flex min-h-0 flex-1 max-lg:flex-col">
                {tab === 'edit' && data.writable ? (
                  <div className="flex min-h-0 min-w-0 flex-1 flex-col">
                    <ObjectEditor
                      key={edition}
                      objects={[{ base: data.object }]}
                      namespace={data.ref.namespace}
                      onReload={() => void object.refetch().then(() => setEdition(edition + 1))}
                    />
                  </div>
                ) : (
                  <div className="min-w-0 flex-1 overflow-auto bg-panel">
                    {tab === 'words' ? (
                      <ObjectWords object={data.object} />
                    ) : (
                      <YamlView label={t('yaml')} yaml={data.yaml} marks={data.findings} />
                    )}
                  </div>
                )}
                <div className="w-80 shrink-0 overflow-y-auto border-l border-line bg-panel max-lg:w-full max-lg:border-t max-lg:border-l-0 2xl:w-96">
                  {data.writable && (
                    <FindingList
                      findings={data.findings}
                      onFix={(finding) =>
                        finding.mended !== null &&
                        dock.propose({
                          title: t('fixTitle', { code: finding.code }),
                          hint: finding.message,
                          draft: { objects: [finding.mended], bases: [data.object] },
                        })
                      }
                    />
                  )}
                  <StatusFacts data={data} />
                  {relations.data && <RelationFacts relations={relations.data} />}
                </div>
              </div>
            </>
          )}
        </div>
        {dock.panel}
      </div>
    </>
  );
}
