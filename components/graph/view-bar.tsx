'use client';

import { GitCompareArrows, History, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from '@/components/ui/button';
import { Toggle } from '@/components/ui/field';
import { Popover } from '@/components/ui/floating';
import type { BoxBy, FindContext } from '@/lib/graph-view';
import { FindField } from './find-field';
import type { GraphView } from './use-graph-view';

export interface ViewBarProps {
  view: GraphView;
  context: FindContext;
  find: string;
  onFind: (text: string) => void;
  hide: string;
  onHide: (text: string) => void;
  boxBy: BoxBy;
  onBoxBy: (by: BoxBy) => void;
  /** Labels that nodes can be boxed by. */
  labelKeys: readonly string[];
  onAllBoxes: (open: boolean) => void;
  services: boolean;
  onServices: (on: boolean) => void;
  waypoints: boolean;
  onWaypoints: (on: boolean) => void;
  motion: boolean;
  onMotion: (on: boolean) => void;
  focusName: string | undefined;
  hops: number;
  onHops: (hops: number) => void;
  onUnfocus: () => void;
  mode: 'replay' | 'compare' | undefined;
  onMode: (mode: 'replay' | 'compare' | undefined) => void;
}

const boxings: BoxBy[] = ['namespace', 'app', 'cluster', 'none'];

/** The second row: what is found and hidden, how it is boxed, around what, and when. */
export function ViewBar(props: ViewBarProps): ReactNode {
  const { view, context, find, hide, boxBy, labelKeys, mode } = props;
  const t = useTranslations('graph');
  return (
    <div className="flex h-12 shrink-0 items-center gap-2 border-b border-line bg-panel px-5">
      <FindField
        kind="find"
        value={find}
        onChange={props.onFind}
        error={view.findError}
        count={view.found ? view.foundCount : undefined}
        graph={context}
      />
      <FindField
        kind="hide"
        value={hide}
        onChange={props.onHide}
        error={view.hideError}
        count={hide === '' ? undefined : view.hiddenCount}
        graph={context}
      />
      {props.focusName !== undefined && (
        <span className="flex h-8 shrink-0 items-center gap-1 rounded-md bg-accent-soft pl-2.5 text-sm text-accent-text">
          <span className="max-w-40 truncate">{t('around', { name: props.focusName })}</span>
          <select
            aria-label={t('hops')}
            value={props.hops}
            onChange={(event) => props.onHops(Number(event.target.value))}
            className="h-6 rounded-sm bg-transparent text-sm"
          >
            {[1, 2, 3, 5, 99].map((hops) => (
              <option key={hops} value={hops}>
                {hops === 99 ? t('allHops') : t('hopCount', { hops })}
              </option>
            ))}
          </select>
          <Button variant="ghost" size="sm" aria-label={t('unfocus')} onClick={props.onUnfocus} icon={<X size={13} aria-hidden="true" />} />
        </span>
      )}
      <Popover label={t('view')} align="end" className="w-60 p-3" trigger={<Button>{t('view')}</Button>}>
        <label className="flex items-center justify-between gap-2 py-1 text-sm">
          <span className="text-muted">{t('boxBy')}</span>
          <select
            value={boxBy}
            onChange={(event) => props.onBoxBy(event.target.value as BoxBy)}
            className="h-7 max-w-32 rounded-sm border border-line-strong bg-panel px-1 text-sm"
          >
            {boxings.map((by) => (
              <option key={by} value={by}>
                {t(`boxing.${by as 'namespace'}`)}
              </option>
            ))}
            {labelKeys.map((key) => (
              <option key={key} value={`label:${key}`}>
                {key}
              </option>
            ))}
          </select>
        </label>
        {boxBy !== 'none' && (
          <div className="flex gap-2 py-1">
            <Button size="sm" className="flex-1" onClick={() => props.onAllBoxes(true)}>
              {t('openAll')}
            </Button>
            <Button size="sm" className="flex-1" onClick={() => props.onAllBoxes(false)}>
              {t('closeAll')}
            </Button>
          </div>
        )}
        <Toggle label={t('serviceNodes')} checked={props.services} onChange={props.onServices} />
        <Toggle label={t('waypointNodes')} checked={props.waypoints} onChange={props.onWaypoints} />
        <Toggle label={t('motion')} checked={props.motion} onChange={props.onMotion} />
      </Popover>
      <Button
        aria-pressed={mode === 'replay'}
        onClick={() => props.onMode(mode === 'replay' ? undefined : 'replay')}
        icon={<History size={14} aria-hidden="true" />}
        className={mode === 'replay' ? 'border-accent text-accent-text' : undefined}
      >
        {t('replay')}
      </Button>
      <Button
        aria-pressed={mode === 'compare'}
        onClick={() => props.onMode(mode === 'compare' ? undefined : 'compare')}
        icon={<GitCompareArrows size={14} aria-hidden="true" />}
        className={mode === 'compare' ? 'border-accent text-accent-text' : undefined}
      >
        {t('compare')}
      </Button>
    </div>
  );
}
