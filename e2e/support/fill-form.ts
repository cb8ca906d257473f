import { type Locator, type Page, expect } from '@playwright/test';
import { shapeOf } from '@/lib/kinds';
import type { FieldShape, KindDefinition } from '@/lib/kinds';

type Path = readonly (string | number)[];

/** A path as the form writes it beside its fields: `spec.http[0].match`. */
function written(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    if (!/^[A-Za-z_][\w-]*$/.test(part)) return `${text}[${JSON.stringify(part)}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The one field of a shape that is shown in the place of its object. */
function boxed(shape: FieldShape, value: unknown): { name: string; shape: FieldShape } | undefined {
  if (shape.type !== 'object' || shape.widget !== undefined || shape.fields.length !== 1 || !isRecord(value)) return undefined;
  const [only] = shape.fields;
  if (only === undefined || Object.keys(value).some((key) => key !== only.name)) return undefined;
  return ['text', 'integer', 'number', 'boolean', 'enum', 'map'].includes(only.shape.type) ? only : undefined;
}

/** Fills the form of a kind as a hand would, field by field, from the shape of its schema: until it says `spec`. */
export class FormFiller {
  readonly #form: Locator;

  constructor(page: Page) {
    this.#form = page.getByRole('region', { name: 'Form', exact: true });
  }

  async fill(kind: KindDefinition, metadata: { name: string }, spec: unknown): Promise<void> {
    await this.#form.getByLabel('name', { exact: true }).first().fill(metadata.name);
    if (kind.spec === undefined || !isRecord(spec)) return;
    await this.#fillObject(shapeOf(kind.spec), ['spec'], this.#form, spec);
  }

  #at(path: Path): Locator {
    return this.#form.locator(`[data-path=${JSON.stringify(written(path))}]`).first();
  }

  async #fillObject(shape: FieldShape, path: Path, scope: Locator, value: Record<string, unknown>): Promise<void> {
    if (shape.type !== 'object') throw new Error(`${written(path)} is no object in the schema`);
    for (const [name, inner] of Object.entries(value)) {
      const field = shape.fields.find((one) => one.name === name);
      if (field === undefined) throw new Error(`${written([...path, name])} is not in the schema`);
      await this.#fillField(name, field.shape, [...path, name], scope, inner);
    }
    if (path.length > 1) await this.#removeOthers(shape, path, value);
  }

  /** What a new part began with and is not wanted goes. */
  async #removeOthers(shape: FieldShape & { type: 'object' }, path: Path, value: Record<string, unknown>): Promise<void> {
    for (const { name } of shape.fields) {
      if (name in value) continue;
      const remove = this.#at([...path, name]).getByRole('button', { name: `Remove ${name}`, exact: true });
      if ((await remove.count()) > 0) await remove.first().click();
    }
  }

  /** Sees to it that a field is there: those that are not offered are added by name. */
  async #offer(name: string, at: Locator, scope: Locator): Promise<void> {
    if ((await at.count()) > 0) return;
    const button = scope.getByRole('button', { name: `Add ${name}`, exact: true });
    if ((await button.count()) > 0) {
      // Parts further in may offer a field of the same name: the object's own buttons come last.
      await button.last().click();
    } else {
      await scope.getByRole('button', { name: 'Add field', exact: true }).last().click();
      const list = this.#form.page().getByRole('dialog', { name: 'Add field' });
      await list.getByRole('textbox', { name: 'Filter fields' }).fill(name);
      await list.getByRole('button').filter({ hasText: name }).first().click();
    }
    await expect(at).toBeVisible();
  }

  async #fillField(name: string, shape: FieldShape, path: Path, scope: Locator, value: unknown): Promise<void> {
    const box = boxed(shape, value);
    if (box !== undefined && isRecord(value)) {
      const inner = [...path, box.name];
      if ((await this.#at(path).count()) === 0) await this.#offer(name, this.#at(inner), scope);
      await this.#fillValue(name, box.shape, inner, this.#at(inner), value[box.name]);
      return;
    }
    await this.#offer(name, this.#at(path), scope);
    await this.#fillValue(name, shape, path, this.#at(path), value);
  }

  async #fillValue(name: string, shape: FieldShape, path: Path, at: Locator, value: unknown): Promise<void> {
    if (shape.widget === 'stringMatch') return this.#fillMatch(name, at, value);
    if (shape.widget === 'destination') return this.#fillDestination(name, at, value);
    switch (shape.type) {
      case 'list':
        return this.#fillList(name, shape.item, path, at, value as unknown[]);
      case 'map':
        return this.#fillMap(name, shape.value, path, value as Record<string, unknown>);
      case 'object':
        return this.#fillObject(shape, path, at, value as Record<string, unknown>);
      case 'enum':
        return this.#choose(name, at, String(value));
      case 'boolean':
        await at.getByLabel(name, { exact: true }).selectOption(String(value));
        return;
      default:
        await at.getByLabel(name, { exact: true }).first().fill(String(value));
    }
  }

  async #choose(name: string, at: Locator, value: string): Promise<void> {
    const button = at.getByRole('group', { name, exact: true }).getByRole('button', { name: value, exact: true });
    if ((await button.count()) === 0) await at.getByLabel(name, { exact: true }).selectOption(value);
    else if ((await button.getAttribute('aria-pressed')) !== 'true') await button.click();
  }

  async #fillList(name: string, item: FieldShape, path: Path, at: Locator, values: readonly unknown[]): Promise<void> {
    for (const [index, value] of values.entries()) {
      const own = [...path, index];
      if ((await this.#at(own).count()) === 0) {
        await at
          .getByRole('button', { name: `Add to ${name}`, exact: true })
          .last()
          .click();
        await expect(this.#at(own)).toBeVisible();
      }
      const row = this.#at(own);
      const label = `${name} ${index + 1}`;
      if (item.type !== 'object' || item.widget !== undefined) await this.#fillValue(label, item, own, row, value);
      else {
        const closed = row.getByRole('button', { name: `Open ${label}`, exact: true });
        if ((await closed.count()) > 0) await closed.first().click();
        await this.#fillObject(item, own, row, value as Record<string, unknown>);
      }
    }
  }

  async #fillMap(name: string, entry: FieldShape, path: Path, values: Record<string, unknown>): Promise<void> {
    for (const [key, value] of Object.entries(values)) {
      const own = [...path, key];
      if ((await this.#at(own).count()) === 0) {
        const adder = this.#at(path).getByLabel(`Add entry to ${name}`, { exact: true });
        await adder.fill(key);
        await adder.press('Enter');
        await expect(this.#at(own)).toBeVisible();
      }
      if (entry.type === 'object' && entry.widget === undefined)
        await this.#fillObject(entry, own, this.#at(own), value as Record<string, unknown>);
      else await this.#fillValue(key, entry, own, this.#at(own), value);
    }
  }

  async #fillMatch(name: string, at: Locator, value: unknown): Promise<void> {
    const [how, text] = Object.entries(value as Record<string, string>)[0] ?? ['any', ''];
    await at.getByLabel(`${name}: comparison`, { exact: true }).selectOption(how);
    if (how !== 'any') await at.getByLabel(`${name}: text`, { exact: true }).fill(text);
  }

  async #fillDestination(name: string, at: Locator, value: unknown): Promise<void> {
    const { host, subset, port } = value as { host: string; subset?: string; port?: { number: number } };
    await at.getByLabel(`${name} host`, { exact: true }).fill(host);
    if (subset !== undefined) await at.getByLabel(`${name} subset`, { exact: true }).selectOption(subset);
    if (port !== undefined) await at.getByLabel(`${name} port`, { exact: true }).selectOption(String(port.number));
  }
}
