'use client';

import { Check, ChevronDown, Pause, Play } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from '@/components/ui/button';
import { Popover, Tooltip } from '@/components/ui/floating';
import { durations, useScope } from './scope';

/** The window of the numbers, and live or paused. */
export function TimePicker(): ReactNode {
  const t = useTranslations('shell');
  const scope = useScope();
  const [open, setOpen] = useState(false);
  const label = t('last', { duration: scope.duration });
  return (
    <div className="flex items-center gap-1">
      <Popover
        label={t('window')}
        open={open}
        onOpenChange={setOpen}
        className="w-40"
        trigger={
          <Button aria-label={`${t('window')}: ${label}`}>
            {label}
            <ChevronDown size={14} aria-hidden="true" className="text-faint" />
          </Button>
        }
      >
        {durations.map((duration) => (
          <button
            key={duration}
            type="button"
            aria-pressed={scope.duration === duration}
            onClick={() => {
              scope.set({ duration });
              setOpen(false);
            }}
            className="flex h-7 w-full items-center gap-2 rounded-sm px-2 text-left text-sm hover:bg-hover focus-visible:bg-hover"
          >
            <Check size={13} aria-hidden="true" className={scope.duration === duration ? 'text-accent' : 'invisible'} />
            {t('last', { duration })}
          </button>
        ))}
      </Popover>
      <Tooltip content={scope.live ? t('pause') : t('resume')} side="bottom">
        <Button
          variant="ghost"
          aria-label={scope.live ? t('pause') : t('resume')}
          onClick={() => scope.set(scope.live ? { live: false } : { live: true, at: undefined })}
          icon={scope.live ? <Pause size={15} aria-hidden="true" /> : <Play size={15} aria-hidden="true" />}
        />
      </Tooltip>
      <span className="flex w-16 items-center gap-1.5 text-sm text-muted" role="status">
        <span aria-hidden="true" className={scope.live ? 'size-1.5 rounded-full bg-healthy' : 'size-1.5 rounded-full bg-idle'} />
        {scope.live ? t('live') : t('paused')}
      </span>
    </div>
  );
}
