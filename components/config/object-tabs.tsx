'use client';

import clsx from 'clsx';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import type { AnyObject } from '@/lib/contract';
import { meshKinds } from '@/lib/kinds';
import type { KubernetesObject } from '@/lib/kinds';

export const tabs = ['stored', 'edit', 'words'] as const;
export type ObjectTab = (typeof tabs)[number];

/** The views of an object: as it is stored, as a draft, in words. */
export function ObjectTabs({ writable, tab, onTab }: { writable: boolean; tab: ObjectTab; onTab: (tab: ObjectTab) => void }): ReactNode {
  const t = useTranslations('configuration');
  return (
    <div role="group" aria-label={t('tabsLabel')} className="flex shrink-0 gap-1 border-b border-line bg-panel px-5 py-1.5">
      {tabs
        .filter((one) => writable || one === 'stored')
        .map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={tab === one}
            onClick={() => onTab(one)}
            className={clsx(
              'h-7 rounded-md px-2.5 text-sm',
              tab === one ? 'bg-accent-soft text-accent-text' : 'text-muted hover:text-text',
            )}
          >
            {t(`tabs.${one}`)}
          </button>
        ))}
    </div>
  );
}

/** What an object does, in sentences. */
export function ObjectWords({ object }: { object: AnyObject }): ReactNode {
  const t = useTranslations('configuration');
  const group = object.apiVersion.includes('/') ? object.apiVersion.slice(0, object.apiVersion.indexOf('/')) : '';
  const kind = meshKinds.find((one) => one.kind === object.kind && one.group === group);
  // The server has validated what it stores: the shape goes with the kind.
  const sentences = kind?.describe?.(object as unknown as KubernetesObject) ?? [];
  return (
    <div className="px-5 py-3">
      {kind !== undefined && kind.summary !== '' && <p className="mb-2 text-sm text-muted">{kind.summary}</p>}
      {sentences.length === 0 ? (
        <p className="text-muted">{t('noWords')}</p>
      ) : (
        <ul className="flex flex-col gap-1">
          {sentences.map((sentence, index) => (
            <li key={index}>{sentence.text}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
