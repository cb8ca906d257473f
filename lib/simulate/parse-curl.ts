import { HeddleError } from '@/lib/errors';

/** A request as people write it. */
export interface WrittenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Options of curl that take a value and say nothing about where a request goes. */
const ignoredWithValue = new Set(
  (
    '-o --output -m --max-time --connect-timeout --retry --retry-delay --cacert --cert --key -E -w --write-out -x --proxy --resolve ' +
    '--connect-to -c --cookie-jar --limit-rate -T --upload-file --ciphers --tls-max --interface -F --form'
  ).split(' '),
);

const bodies = new Set(['-d', '--data', '--data-raw', '--data-binary', '--data-ascii', '--data-urlencode', '--json']);

/** Short options without a value; several may be written as one (`-sSk`). */
const flags = /^-[sSkvLfgijOqZ#0-6]*[sSkvLfgijOqZ#0-6IG]*$/;

/**
 * Reads a curl command, as browsers copy it: method, URL, headers, cookies, user; bodies only for the method they imply.
 * @throws HeddleError `bad_request` when there is no URL in it, or a quote does not end
 */
export function parseCurl(command: string): WrittenRequest {
  const [first, ...words] = splitCommand(command);
  if (first !== 'curl') throw new HeddleError('bad_request', 'This is no curl command.', { path: 'request' });
  let method: string | undefined;
  let url: string | undefined;
  let hasBody = false;
  let asQuery = false;
  const query: string[] = [];
  const headers: Record<string, string> = {};
  const header = (text: string): void => {
    const colon = text.indexOf(':', 1);
    if (colon > 0) headers[text.slice(0, colon).trim().toLowerCase()] = text.slice(colon + 1).trim();
  };
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    const [name, value] = optionOf(word, () => words[++at] ?? '');
    if (name === null) url ??= word;
    else if (name === '-X' || name === '--request') method = value();
    else if (name === '-H' || name === '--header') header(value());
    else if (name === '-A' || name === '--user-agent') headers['user-agent'] = value();
    else if (name === '-e' || name === '--referer') headers['referer'] = value();
    else if (name === '-b' || name === '--cookie') headers['cookie'] = value();
    else if (name === '-u' || name === '--user') headers['authorization'] = `Basic ${base64(value())}`;
    else if (name === '--oauth2-bearer') headers['authorization'] = `Bearer ${value()}`;
    else if (name === '--url') url = value();
    else if (name === '-I' || name === '--head') method ??= 'HEAD';
    else if (name === '-G' || name === '--get') asQuery = true;
    else if (bodies.has(name)) {
      query.push(value());
      hasBody = true;
      if (name === '--json') headers['content-type'] ??= 'application/json';
    } else if (ignoredWithValue.has(name)) value();
    else if (flags.test(word)) {
      if (word.includes('I')) method ??= 'HEAD';
      if (word.includes('G')) asQuery = true;
    }
  }
  if (url === undefined) throw new HeddleError('bad_request', 'The curl command names no URL.', { path: 'request' });
  if (asQuery && query.length > 0) url += `${url.includes('?') ? '&' : '?'}${query.join('&')}`;
  if (!/^[a-z]+:\/\//i.test(url)) url = `http://${url}`;
  return { method: (method ?? (hasBody && !asQuery ? 'POST' : 'GET')).toUpperCase(), url, headers };
}

/** The name of an option, and its value wherever that is written: `-X POST`, `-XPOST`, `--request=POST`. Null: not an option. */
function optionOf(word: string, next: () => string): [string | null, () => string] {
  if (!word.startsWith('-') || word === '-') return [null, next];
  const equals = word.indexOf('=');
  if (word.startsWith('--')) return equals === -1 ? [word, next] : [word.slice(0, equals), () => word.slice(equals + 1)];
  const short = word.slice(0, 2);
  if (word.length > 2 && /^-[XHAebud]$/.test(short)) return [short, () => word.slice(2)];
  return [word, next];
}

/** Words as a shell sees them: quotes, backslashes, lines that go on. */
function splitCommand(command: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote: '"' | "'" | null = null;
  const text = command
    .trim()
    .replaceAll(/\\\r?\n/g, ' ')
    .replaceAll(/\^\r?\n/g, ' ');
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] ?? '';
    if (quote !== null) {
      if (char === quote) quote = null;
      else if (char === '\\' && quote === '"' && /["\\$`]/.test(text[at + 1] ?? '')) word = (word ?? '') + (text[++at] ?? '');
      else word = (word ?? '') + char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (char === '\\') word = (word ?? '') + (text[++at] ?? '');
    else if (/\s/.test(char)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (char === '$' && text[at + 1] === "'" && word === null) continue;
    else word = (word ?? '') + char;
  }
  if (quote !== null) throw new HeddleError('bad_request', 'A quote of the curl command does not end.', { path: 'request' });
  if (word !== null) words.push(word);
  return words;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Base64 of a text's UTF-8 bytes. */
function base64(text: string): string {
  const bytes = [...encodeURIComponent(text).matchAll(/%([0-9A-F]{2})|(.)/g)].map(([, hex, char = '']) =>
    hex === undefined ? char.charCodeAt(0) : Number.parseInt(hex, 16),
  );
  let out = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [one = 0, two, three] = bytes.slice(at, at + 3);
    const bits = (one << 16) | ((two ?? 0) << 8) | (three ?? 0);
    out += alphabet.charAt(bits >> 18) + alphabet.charAt((bits >> 12) & 63);
    out += two === undefined ? '=' : alphabet.charAt((bits >> 6) & 63);
    out += three === undefined ? '=' : alphabet.charAt(bits & 63);
  }
  return out;
}
