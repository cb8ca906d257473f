/** A sample value as the HTTP API writes it: shortest digits, exponent below 1e-6 and from 1e21 on (two digits), `+Inf`, `-Inf`, `NaN`. */
export function formatFloat(value: number): string {
  if (Number.isFinite(value)) {
    const text = Object.is(value, -0) ? '-0' : String(value);
    const exponent = text.indexOf('e');
    if (exponent < 0 || text.length - exponent > 3) return text;
    return `${text.slice(0, exponent + 2)}0${text.slice(exponent + 2)}`;
  }
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

/** A number without an exponent, as labels made by `count_values` carry it. */
export function formatPlainFloat(value: number): string {
  const text = formatFloat(value);
  const parts = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (parts === null) return text;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts;
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return sign + digits.padEnd(point, '0');
}

/** Reads a number as the exposition format and the query language write it; `undefined` when it is none. */
export function parseFloatText(text: string): number | undefined {
  const value = Number(text);
  if (!Number.isNaN(value) && text !== '' && text.trim() === text && !/^[+-]?Infinity$/.test(text)) return value;
  switch (text.toLowerCase()) {
    case '+inf':
    case 'inf':
    case '+infinity':
    case 'infinity':
      return Infinity;
    case '-inf':
    case '-infinity':
      return -Infinity;
    case 'nan':
    case '+nan':
    case '-nan':
      return NaN;
    default:
      return undefined;
  }
}
