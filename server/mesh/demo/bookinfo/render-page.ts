import type { Product } from './products';

/** What one backend said: its record, or the sentence that stands in for it. */
export interface Answer {
  status: number;
  body: unknown;
}

function escapeHtml(text: unknown): string {
  return String(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function field(record: unknown, name: string): unknown {
  return typeof record === 'object' && record !== null ? (record as Record<string, unknown>)[name] : undefined;
}

const style = `
body{font:16px/1.5 system-ui,sans-serif;margin:0;color:#1f2328;background:#fff}
nav{display:flex;justify-content:space-between;padding:.75rem 1.5rem;background:#1f2937;color:#fff}nav a,nav button{color:#fff}
main{max-width:60rem;margin:auto;padding:1.5rem}h1{text-align:center;font-size:2rem}.columns{display:grid;grid-template-columns:1fr 1fr;gap:2rem}
blockquote{margin:0 0 1.5rem;padding-left:1rem;border-left:3px solid #d0d7de}dt{font-weight:600}dd{margin:0 0 .5rem}form{display:inline}`;

function loginBar(user: string | undefined): string {
  if (user !== undefined) return `<span>${escapeHtml(user)} (<a href="/logout">sign out</a>)</span>`;
  return (
    '<form method="post" action="/login"><label>User Name <input name="username"></label> ' +
    '<label>Password <input name="passwd" type="password"></label> <input type="submit" value="Sign in"></form>'
  );
}

function detailsPart({ status, body }: Answer): string {
  if (status !== 200) return `<h4>Error fetching product details!</h4><p>${escapeHtml(field(body, 'error'))}</p>`;
  const rows = ['type', 'pages', 'publisher', 'language', 'ISBN-10', 'ISBN-13'];
  return `<h4>Book Details</h4><dl>${rows.map((row) => `<dt>${row}:</dt><dd>${escapeHtml(field(body, row))}</dd>`).join('')}</dl>`;
}

function starsPart(rating: unknown): string {
  if (rating === undefined) return '';
  const stars = field(rating, 'stars');
  if (typeof stars !== 'number') return `<p><i>${escapeHtml(field(rating, 'error'))}</i></p>`;
  const star = (filled: boolean) => `<span class="glyphicon glyphicon-star${filled ? '' : '-empty'}">${filled ? '★' : '☆'}</span>`;
  const row = Array.from({ length: 5 }, (_, index) => star(index < stars)).join('');
  return `<font color="${escapeHtml(field(rating, 'color'))}" role="img" aria-label="${stars} of 5 stars">${row}</font>`;
}

function reviewsPart({ status, body }: Answer): string {
  if (status !== 200) return `<h4>Error fetching product reviews!</h4><p>${escapeHtml(field(body, 'error'))}</p>`;
  const reviews = field(body, 'reviews');
  const quotes = (Array.isArray(reviews) ? reviews : []).map(
    (review) =>
      `<blockquote><p>${escapeHtml(field(review, 'text'))}</p><small>${escapeHtml(field(review, 'reviewer'))}</small>` +
      `${starsPart(field(review, 'rating'))}</blockquote>`,
  );
  return `<h4>Book Reviews</h4>${quotes.join('')}<dl><dt>Reviews served by:</dt><dd><u>${escapeHtml(field(body, 'podname'))}</u></dd></dl>`;
}

/** The product page as HTML. A backend that failed leaves its message in its place. */
export function renderPage(product: Product, details: Answer, reviews: Answer, user: string | undefined): string {
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Simple Bookstore App</title><style>${style}</style></head>` +
    `<body><nav><a href="/">BookInfo Sample</a>${loginBar(user)}</nav><main><h1>${escapeHtml(product.title)}</h1>` +
    `<p>Summary: ${product.descriptionHtml}</p><div class="columns"><section>${detailsPart(details)}</section>` +
    `<section>${reviewsPart(reviews)}</section></div></main></body></html>`
  );
}

/** The page at `/`: links to the shop as a normal and as a test user see it. */
export function renderIndex(): string {
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Simple Bookstore App</title><style>${style}</style></head>` +
    '<body><main><h1>Hello! This is a simple bookstore application consisting of three services as shown below</h1>' +
    '<ul><li><a href="/productpage?u=normal">Normal user</a></li><li><a href="/productpage?u=test">Test user</a></li></ul></main></body></html>'
  );
}
