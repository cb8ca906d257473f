'use client';

import { useQueryClient } from '@tanstack/react-query';
import { Pause, Play, X } from 'lucide-react';
import { type ReactNode, useEffect, useEffectEvent, useState } from 'react';
import { useTranslations } from 'use-intl';
import { prefetchEndpoint } from '@/components/data/prefetch-endpoint';
import { useEndpoint } from '@/components/data/use-endpoint';
import type { GraphQuestion } from '@/components/data/use-live-graph';
import { Button } from '@/components/ui/button';

export interface ReplayBarProps {
  question: GraphQuestion;
  at: string | undefined;
  onAt: (at: string | undefined) => void;
  onClose: () => void;
}

const spans = { '5m': 300, '15m': 900, '1h': 3_600, '6h': 21_600, '24h': 86_400 } as const;
const speeds = { '1': 1_000, '2': 500, '4': 250 } as const;
/** One shape per kind, the same as on the charts. */
const markLooks = {
  change: { sign: '◆', className: 'text-accent' },
  shift: { sign: '▲', className: 'text-accent' },
  deployment: { sign: '●', className: 'text-muted' },
} as const;
const frames = 60;
/** So many frames are asked for before they are shown. */
const ahead = 5;

const clock = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });

/** A time line over the past: a handle, a play button, and marks where the configuration was changed. */
export function ReplayBar({ question, at, onAt, onClose }: ReplayBarProps): ReactNode {
  const t = useTranslations('graph');
  const [span, setSpan] = useState<keyof typeof spans>('15m');
  const [speed, setSpeed] = useState<keyof typeof speeds>('1');
  const [playing, setPlaying] = useState(false);
  const [end, setEnd] = useState(() => Math.floor(Date.now() / 1_000));
  const client = useQueryClient();
  const seconds = spans[span];
  const known = useEndpoint('marks', { query: { duration: span, at: new Date(end * 1_000).toISOString() } });
  const step = seconds / frames;
  const now = at === undefined ? end : Math.min(end, Math.max(end - seconds, Date.parse(at) / 1_000));
  const frame = Math.round((now - (end - seconds)) / step);
  const momentOf = (index: number): string => new Date((end - seconds + index * step) * 1_000).toISOString();

  // While another stretch is asked for the old one's marks are still there.
  const marks = (known.data?.marks ?? []).filter((mark) => mark.time >= end - seconds && mark.time <= end);
  const tick = useEffectEvent(() => {
    if (frame >= frames) setPlaying(false);
    else onAt(momentOf(frame + 1));
  });
  useEffect(() => {
    if (!playing) return undefined;
    const timer = setInterval(tick, speeds[speed]);
    return () => clearInterval(timer);
  }, [playing, speed]);
  useEffect(() => {
    for (let index = frame + 1; index <= Math.min(frames, frame + ahead); index += 1) {
      void prefetchEndpoint(client, 'graph', {
        query: { ...question, at: new Date((end - seconds + index * step) * 1_000).toISOString() },
      });
    }
  }, [client, question, frame, end, seconds, step]);

  return (
    <div role="group" aria-label={t('replay')} className="flex h-12 shrink-0 items-center gap-3 border-t border-line bg-panel px-4">
      <Button
        variant="ghost"
        aria-label={playing ? t('replayPause') : t('replayPlay')}
        onClick={() => {
          if (!playing && frame >= frames) onAt(momentOf(0));
          setPlaying(!playing);
        }}
        icon={playing ? <Pause size={15} aria-hidden="true" /> : <Play size={15} aria-hidden="true" />}
      />
      <span className="num w-16 text-sm">{clock.format(new Date(now * 1_000))}</span>
      <div className="relative min-w-0 flex-1">
        <input
          type="range"
          min={0}
          max={frames}
          value={Math.max(0, Math.min(frames, frame))}
          aria-label={t('replayTime')}
          aria-valuetext={clock.format(new Date(now * 1_000))}
          onChange={(event) => {
            setPlaying(false);
            onAt(momentOf(event.target.valueAsNumber));
          }}
          className="w-full accent-[var(--accent)]"
        />
        {marks.map((mark) => {
          const said = `${clock.format(new Date(mark.time * 1_000))} ${t(`markKind.${mark.kind}`)}: ${mark.text}`;
          return (
            <button
              key={`${mark.kind} ${mark.time}`}
              type="button"
              title={said}
              aria-label={said}
              onClick={() => {
                setPlaying(false);
                onAt(new Date(mark.time * 1_000).toISOString());
              }}
              className={`absolute -top-2 flex size-4 -translate-x-1/2 items-center justify-center text-[11px] leading-none hover:scale-125 ${markLooks[mark.kind].className}`}
              style={{ left: `calc(8px + (100% - 16px) * ${(mark.time - (end - seconds)) / seconds})` }}
            >
              <span aria-hidden="true">{markLooks[mark.kind].sign}</span>
            </button>
          );
        })}
      </div>
      <span className="text-xs text-faint">{t('replayMarks', { count: marks.length })}</span>
      <select
        aria-label={t('replaySpan')}
        value={span}
        onChange={(event) => {
          setSpan(event.target.value as keyof typeof spans);
          setEnd(Math.floor(Date.now() / 1_000));
        }}
        className="h-7 rounded-sm border border-line-strong bg-panel px-1 text-sm"
      >
        {Object.keys(spans).map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
      <select
        aria-label={t('replaySpeed')}
        value={speed}
        onChange={(event) => setSpeed(event.target.value as keyof typeof speeds)}
        className="h-7 rounded-sm border border-line-strong bg-panel px-1 text-sm"
      >
        {Object.keys(speeds).map((one) => (
          <option key={one} value={one}>
            ×{one}
          </option>
        ))}
      </select>
      <Button variant="ghost" size="sm" aria-label={t('replayClose')} onClick={onClose} icon={<X size={14} aria-hidden="true" />} />
    </div>
  );
}
