/** A part of a form with a heading. */
export interface FormGroup {
  title: string;
  /** Names of fields of `spec`, in the order they are shown. */
  fields: readonly string[];
}

/** How the form of a kind is laid out. What a form shows of a field, and how, the schema says; the layout says in which order. */
export interface FormLayout {
  groups: readonly FormGroup[];
  /**
   * Of objects inside of `spec`, by path (`http[].match[]`): the fields that are offered from the start, in their order. The others are
   * behind "add a field". Objects that are not named here show their required fields and those that are set.
   */
  parts?: Readonly<Record<string, readonly string[]>>;
  /** What a field or item begins with when it is added, by path; what is not named begins with the least its schema allows. */
  begin?: Readonly<Record<string, unknown>>;
}

/** A path of a layout or of notes, from a path of values: positions of lists become `[]`. */
export function patternOf(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, part) => (typeof part === 'number' ? `${text}[]` : text === '' ? part : `${text}.${part}`), '');
}
