import clsx from 'clsx';
import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** `primary` once per view; `danger` for what can't be undone; `ghost` in bars and rows. */
  variant?: 'primary' | 'secondary' | 'ghost' | 'danger';
  size?: 'md' | 'sm';
  icon?: ReactNode;
  ref?: Ref<HTMLButtonElement>;
}

const looks = {
  primary: 'border-transparent bg-accent text-on-accent enabled:hover:brightness-110',
  secondary: 'border-line-strong bg-panel text-text enabled:hover:bg-hover',
  ghost: 'border-transparent bg-transparent text-muted enabled:hover:bg-hover enabled:hover:text-text',
  danger: 'border-failing bg-panel text-failing-text enabled:hover:bg-failing-soft',
} as const;

/** A button. An icon-only one needs an `aria-label`. */
export function Button({
  variant = 'secondary',
  size = 'md',
  icon,
  className,
  children,
  type = 'button',
  ...rest
}: ButtonProps): ReactNode {
  return (
    <button
      type={type}
      className={clsx(
        'inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md border font-[550] whitespace-nowrap transition-colors duration-150',
        'disabled:cursor-not-allowed disabled:opacity-50',
        size === 'md' ? 'h-8 text-base' : 'h-7 text-sm',
        children === undefined || children === null ? (size === 'md' ? 'w-8' : 'w-7') : size === 'md' ? 'px-3' : 'px-2',
        looks[variant],
        className,
      )}
      {...rest}
    >
      {icon}
      {children}
    </button>
  );
}
