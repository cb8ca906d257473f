'use client';

import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import type { Rights } from '@/components/data/use-rights';
import { Button, type ButtonProps } from '@/components/ui/button';
import { Tooltip } from '@/components/ui/floating';

/** Why the user may not do it, in words; `undefined` when they may. */
export function useDenial(rights: Rights): (verb: 'create' | 'patch' | 'update' | 'delete') => string | undefined {
  const t = useTranslations('configuration');
  return (verb) => {
    if (rights.may(verb)) return undefined;
    const why = rights.reason(verb);
    const sentence = t('denied', { user: rights.user, verb, resource: rights.resource });
    return why === '' ? sentence : `${sentence} ${t('deniedWhy', { reason: why })}`;
  };
}

/** A button that what RBAC denies disables, with the reason; it stays focusable, so that the reason can be read. */
export function GuardedButton({ denial, onClick, ...rest }: ButtonProps & { denial: string | undefined }): ReactNode {
  if (denial === undefined) return <Button onClick={onClick} {...rest} />;
  return (
    <Tooltip content={denial} side="bottom">
      <Button
        {...rest}
        aria-disabled="true"
        title={denial}
        className="cursor-not-allowed opacity-50"
        onClick={(event) => event.preventDefault()}
      />
    </Tooltip>
  );
}
