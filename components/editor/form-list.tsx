'use client';

import { ChevronRight, Copy, GripVertical, Plus, X } from 'lucide-react';
import { type DragEvent, type KeyboardEvent, type ReactNode, use, useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import type { FieldShape } from '@/lib/kinds';
import { FieldFindings, FieldRow, GroupHead, smallButton } from './field-row';
import { LayoutContext, PartsContext, belowSpec, useFormControl, writePath } from './form-control';
import type { FormFieldProps } from './form-control';
import { newValue, sumUp } from './new-value';
import { ScalarField } from './scalar-field';
import { DestinationField, StringMatchField } from './special-fields';

/** A list: its items can be moved by drag and by arrow keys, opened, doubled, taken out. */
export function FormList({ name, item, path, value, note, isRequired }: FormFieldProps & { item: FieldShape }): ReactNode {
  const t = useTranslations('editor');
  const layout = use(LayoutContext);
  const { Fields } = use(PartsContext);
  const { insert, move, remove } = useFormControl();
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  const [closed, setClosed] = useState<ReadonlySet<number>>(() => new Set(items.length > 3 ? items.keys() : []));
  const [dragged, setDragged] = useState<number>();
  const [over, setOver] = useState<number>();
  const [said, setSaid] = useState('');
  const list = useRef<HTMLOListElement>(null);
  const isLine = item.type !== 'object' || item.widget !== undefined;

  const toggle = (index: number): void => {
    const next = new Set(closed);
    if (!next.delete(index)) next.add(index);
    setClosed(next);
  };
  const shift = (from: number, to: number): void => {
    if (to < 0 || to >= items.length || from === to) return;
    move(path, from, to);
    // What is open travels with its item.
    const order = [...items.keys()];
    order.splice(to, 0, ...order.splice(from, 1));
    setClosed(new Set(order.flatMap((old, index) => (closed.has(old) ? [index] : []))));
    setSaid(t('moved', { name, number: String(to + 1), total: String(items.length) }));
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>(`:scope > li:nth-child(${to + 1}) [data-handle]`)?.focus());
  };
  const press = (event: KeyboardEvent, index: number): void => {
    const step = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
    if (step === 0) return;
    event.preventDefault();
    shift(index, index + step);
  };
  const drop = (event: DragEvent, index: number): void => {
    event.preventDefault();
    event.stopPropagation();
    if (dragged !== undefined) shift(dragged, index);
    setDragged(undefined);
    setOver(undefined);
  };
  const add = (): void => insert(path, items.length, newValue(item, belowSpec([...path, items.length]), layout));
  if (value === undefined) {
    return (
      <FieldRow {...{ name, path, note, isRequired, isSet: false }}>
        <AddButton label={t('addItem', { name })} onAdd={add} />
      </FieldRow>
    );
  }

  return (
    <div role="group" aria-label={name} data-path={writePath(path)} className="py-0.5">
      <GroupHead name={name} note={note} count={items.length} onRemove={isRequired ? undefined : () => remove(path)} />
      <FieldFindings path={path} />
      <ol ref={list} className={isLine ? 'flex flex-col' : 'flex flex-col gap-1'}>
        {items.map((one, index) => {
          const number = String(index + 1);
          const at = [...path, index];
          const isOpen = !closed.has(index);
          return (
            <li
              data-path={writePath(at)}
              // Items have no names of their own: their place is what tells them apart.
              // oxlint-disable-next-line react/no-array-index-key
              key={index}
            >
              <div
                onDragOver={(event) => {
                  if (dragged === undefined) return;
                  event.preventDefault();
                  event.stopPropagation();
                  setOver(index);
                }}
                onDrop={(event) => drop(event, index)}
                className={`${isLine ? '' : 'rounded-md border border-line bg-panel'} ${over === index && dragged !== index ? 'outline-2 outline-accent' : ''} ${dragged === index ? 'opacity-50' : ''}`}
              >
                <div className={`flex items-center gap-1 ${isLine ? 'min-h-8' : 'min-h-8 px-1'}`}>
                  <button
                    type="button"
                    data-handle=""
                    draggable
                    aria-label={t('moveItem', { name, number })}
                    onDragStart={(event) => {
                      event.stopPropagation();
                      event.dataTransfer.effectAllowed = 'move';
                      event.dataTransfer.setData('text/plain', number);
                      setDragged(index);
                    }}
                    onDragEnd={() => {
                      setDragged(undefined);
                      setOver(undefined);
                    }}
                    onKeyDown={(event) => press(event, index)}
                    className={`${smallButton} cursor-grab`}
                  >
                    <GripVertical size={13} aria-hidden="true" />
                  </button>
                  {isLine ? (
                    <div className="min-w-0 flex-1">
                      <LineItem label={t('item', { name, number })} item={item} path={at} value={one} />
                    </div>
                  ) : (
                    <button
                      type="button"
                      aria-expanded={isOpen}
                      aria-label={t(isOpen ? 'close' : 'open', { name, number })}
                      onClick={() => toggle(index)}
                      className="flex min-w-0 flex-1 items-center gap-1 text-left hover:text-accent-text"
                    >
                      <ChevronRight size={13} aria-hidden="true" className={`shrink-0 text-faint ${isOpen ? 'rotate-90' : ''}`} />
                      <span className="num shrink-0 text-xs text-faint">{number}</span>
                      <span className="truncate pl-1 text-xs text-muted">{sumUp(one) || t('empty')}</span>
                    </button>
                  )}
                  {!isLine && (
                    <button
                      type="button"
                      aria-label={t('duplicateItem', { name, number })}
                      onClick={() => insert(path, index + 1, one)}
                      className={smallButton}
                    >
                      <Copy size={12} aria-hidden="true" />
                    </button>
                  )}
                  <button type="button" aria-label={t('removeItem', { name, number })} onClick={() => remove(at)} className={smallButton}>
                    <X size={13} aria-hidden="true" />
                  </button>
                </div>
                <FieldFindings path={at} />
                {!isLine && isOpen && (
                  <div className="border-t border-line px-2.5 py-1.5">
                    <Fields shape={item} path={at} value={one} />
                  </div>
                )}
              </div>
            </li>
          );
        })}
      </ol>
      <AddButton label={t('addItem', { name })} onAdd={add} />
      <span className="sr-only" role="status">
        {said}
      </span>
    </div>
  );
}

function AddButton({ label, onAdd }: { label: string; onAdd: () => void }): ReactNode {
  return (
    <span>
      <button
        type="button"
        onClick={onAdd}
        className="mt-0.5 flex h-6 items-center gap-1 rounded-sm px-1.5 text-xs text-muted hover:bg-hover hover:text-text"
      >
        <Plus size={11} aria-hidden="true" />
        {label}
      </button>
    </span>
  );
}

function LineItem({
  label,
  item,
  path,
  value,
}: {
  label: string;
  item: FieldShape;
  path: FormFieldProps['path'];
  value: unknown;
}): ReactNode {
  const { Field } = use(PartsContext);
  if (item.widget === 'stringMatch') return <StringMatchField label={label} path={path} value={value} />;
  if (item.widget === 'destination') return <DestinationField label={label} path={path} value={value} />;
  if (item.type === 'list' || item.type === 'map' || item.type === 'any')
    return <Field name={label} shape={item} path={path} value={value} note={undefined} isRequired />;
  return <ScalarField label={label} shape={item} path={path} value={value} note={undefined} isRequired />;
}
