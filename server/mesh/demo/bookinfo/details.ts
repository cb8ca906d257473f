import { callService, forwardedHeaders, parseReply } from '../call-service';
import { sendJson, serveHttp } from '../serve-http';

interface Details {
  id: number;
  author: string;
  year: number;
  type: string;
  pages: number;
  publisher: string;
  language: string;
  'ISBN-10': string;
  'ISBN-13': string;
}

const isbn = '0486424618';

function ownDetails(id: number): Details {
  return {
    id,
    author: 'William Shakespeare',
    year: 1595,
    type: 'paperback',
    pages: 200,
    publisher: 'PublisherA',
    language: 'English',
    'ISBN-10': '1234567890',
    'ISBN-13': '123-1234567890',
  };
}

interface Volume {
  volumeInfo?: {
    authors?: string[];
    publishedDate?: string;
    printType?: string;
    pageCount?: number;
    publisher?: string;
    language?: string;
    industryIdentifiers?: { type: string; identifier: string }[];
  };
}

/** Version 2 asks a book service outside the mesh (plaintext: the sidecar or an egress gateway originates TLS). */
async function externalDetails(id: number, headers: ReturnType<typeof forwardedHeaders>): Promise<Details | undefined> {
  const reply = await callService(`http://www.googleapis.com/books/v1/volumes?q=isbn:${isbn}`, headers, 3000);
  if (reply?.status !== 200) return undefined;
  const volume = (parseReply(reply) as { items?: Volume[] } | undefined)?.items?.[0]?.volumeInfo;
  if (volume === undefined) return undefined;
  const identifier = (type: string) => volume.industryIdentifiers?.find((entry) => entry.type === type)?.identifier ?? '';
  return {
    id,
    author: volume.authors?.[0] ?? '',
    year: Number((volume.publishedDate ?? '0').slice(0, 4)),
    type: volume.printType === 'BOOK' ? 'paperback' : 'unknown',
    pages: volume.pageCount ?? 0,
    publisher: volume.publisher ?? '',
    language: volume.language === 'en' ? 'English' : 'unknown',
    'ISBN-10': identifier('ISBN_10'),
    'ISBN-13': identifier('ISBN_13'),
  };
}

/** Bookinfo's details: a constant record per book, or the one of a book service when ENABLE_EXTERNAL_BOOK_SERVICE is true. */
export async function startDetails(): Promise<void> {
  const external = process.env['ENABLE_EXTERNAL_BOOK_SERVICE'] === 'true';
  await serveHttp(9080, async (request, response) => {
    if (request.url.pathname === '/health') {
      sendJson(response, 200, { status: 'Details is healthy' });
      return;
    }
    const match = /^\/details\/([^/]+)$/.exec(request.url.pathname);
    if (match === null) {
      sendJson(response, 404, { error: 'not found' });
      return;
    }
    const id = Number(match[1]);
    if (!Number.isInteger(id)) {
      sendJson(response, 400, { error: 'please provide numeric product id' });
      return;
    }
    const details = external ? await externalDetails(id, forwardedHeaders(request.headers)) : ownDetails(id);
    if (details === undefined) sendJson(response, 500, { error: 'the book service is not available' });
    else sendJson(response, 200, details);
  });
}
