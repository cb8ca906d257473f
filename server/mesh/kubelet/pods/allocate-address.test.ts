import { afterEach, describe, expect, it } from 'vitest';
import { AddressBook } from './allocate-address';

const open: AddressBook[] = [];

async function openBook(earlier: string[] = []): Promise<AddressBook> {
  const book = new AddressBook();
  open.push(book);
  await book.open(earlier);
  return book;
}

afterEach(() => {
  for (const book of open.splice(0)) book.close();
});

const block = (podIp: string) => podIp.split('.')[2];

describe('AddressBook', () => {
  it('gives two meshes of one machine different blocks, and each pod three addresses with one suffix', async () => {
    const [one, other] = [await openBook(), await openBook()];
    const { podIp, appIp, outboundIp } = one.claim('a');
    expect(block(other.claim('a').podIp)).not.toBe(block(podIp));
    const suffix = podIp.slice('127.64.'.length);
    expect([appIp, outboundIp]).toEqual([`127.128.${suffix}`, `127.192.${suffix}`]);
  });

  it('gives a pod the address of the earlier run, unless another mesh has its block now', async () => {
    const first = await openBook(['127.64.200.7']);
    expect(first.claim('a', '127.64.200.7').podIp).toBe('127.64.200.7');
    const second = await openBook(['127.64.200.7']);
    expect(block(second.claim('a', '127.64.200.7').podIp)).not.toBe('200');
  });

  it('does not hand out an address that was just given back', async () => {
    const book = await openBook();
    const { podIp } = book.claim('a');
    book.release('a');
    expect(book.claim('b').podIp).not.toBe(podIp);
  });

  it('takes another block before the first is full', async () => {
    const book = await openBook();
    const addresses = new Set<string>();
    for (let pod = 0; pod < 300; pod += 1) {
      addresses.add(book.claim(`pod-${pod}`).podIp);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(addresses.size).toBe(300);
  });
});
