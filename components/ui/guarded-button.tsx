'use client';

import clsx from 'clsx';
import type { ReactNode } from 'react';
import { Button, type ButtonProps } from './button';
import { Tooltip } from './floating';

/** A button that a reason disables: it stays focusable, so that the reason can be read by whoever comes to it. */
export function GuardedButton({ denial, onClick, className, ...rest }: ButtonProps & { denial: string | undefined }): ReactNode {
  if (denial === undefined) return <Button onClick={onClick} className={className} {...rest} />;
  return (
    <Tooltip content={denial} side="bottom">
      <Button
        {...rest}
        disabled={false}
        aria-disabled="true"
        title={denial}
        className={clsx(className, 'cursor-not-allowed opacity-50')}
        onClick={(event) => event.preventDefault()}
      />
    </Tooltip>
  );
}
