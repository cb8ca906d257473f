'use client';

import { X } from 'lucide-react';
import { type PointerEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { Button } from './button';

export interface InspectorProps {
  label: string;
  closeLabel: string;
  title: ReactNode;
  onClose: () => void;
  children: ReactNode;
}

const least = 300;
const most = 640;

/** The panel at the right: 360 px, drawn wider by its edge, closed with Esc. */
export function Inspector({ label, closeLabel, title, onClose, children }: InspectorProps): ReactNode {
  const [width, setWidth] = useState(360);
  const from = useRef<{ x: number; width: number }>(undefined);
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      // A menu or dialog above closes first: it marks the event as handled.
      if (event.key === 'Escape' && !event.defaultPrevented) onClose();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [onClose]);
  const drag = (event: PointerEvent): void => {
    if (from.current) setWidth(Math.min(most, Math.max(least, from.current.width + from.current.x - event.clientX)));
  };
  return (
    <aside
      aria-label={label}
      style={{ width }}
      className="relative flex min-h-0 shrink-0 flex-col border-l border-line bg-panel max-md:absolute max-md:inset-y-0 max-md:right-0 max-md:z-20"
    >
      <div
        aria-hidden="true"
        className="absolute inset-y-0 -left-1 z-10 w-2 cursor-col-resize touch-none"
        onPointerDown={(event) => {
          from.current = { x: event.clientX, width };
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={drag}
        onPointerUp={() => (from.current = undefined)}
      />
      <div className="flex min-h-12 shrink-0 items-center gap-2 border-b border-line px-4 py-2">
        <h2 className="min-w-0 flex-1 text-base font-[550] break-words">{title}</h2>
        <Button variant="ghost" size="sm" aria-label={closeLabel} onClick={onClose} icon={<X size={15} aria-hidden="true" />} />
      </div>
      <div className="relative min-h-0 flex-1 overflow-y-auto">{children}</div>
    </aside>
  );
}
