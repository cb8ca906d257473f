import type { Sample } from './resolve-nodes';

/** The labels that tell rows apart, and a way to get the others back. */
export interface ToldApart {
  labels: readonly string[];
  complete: (row: Sample) => Sample;
}

/** All of the given labels. */
export function tellApartByAll(labels: readonly string[]): ToldApart {
  return { labels, complete: (row) => row };
}

const host = 'destination_service';
const followFromHost = ['destination_service_name', 'destination_service_namespace'];

/**
 * Which of some labels tell the rows of a mesh apart: in most there is one cluster and one protocol, and a host has one service. Those
 * that are the same in every row, or follow from the host, need not be asked for again: a store takes a tenth longer to group by them,
 * and answers twice as long.
 * @param rows known ones that have all of the labels; rows that are asked for are taken to be of the same proxies
 */
export function tellApart(rows: readonly Sample[], labels: readonly string[]): ToldApart {
  const first = rows[0]?.labels;
  if (first === undefined) return tellApartByAll(labels);
  // The host is kept, as it is what others follow from, and what questions are asked of.
  const same = labels.filter((label) => label !== host && rows.every((row) => row.labels[label] === first[label]));
  const left = labels.filter((label) => !same.includes(label));
  const byHost = new Map<string | undefined, Sample['labels']>();
  let follows = followFromHost.every((label) => labels.includes(label)) && labels.includes(host);
  for (const row of rows) {
    const known = byHost.get(row.labels[host]);
    if (known === undefined) byHost.set(row.labels[host], row.labels);
    else if (followFromHost.some((label) => known[label] !== row.labels[label])) follows = false;
    if (!follows) break;
  }
  const add = (target: Record<string, string>, names: readonly string[], from: Sample['labels'] | undefined): void => {
    for (const name of names) {
      const value = from?.[name];
      if (value !== undefined) target[name] = value;
    }
  };
  const constant: Record<string, string> = {};
  add(constant, same, first);
  // Rows that come with the same labels, as the percentiles of an edge do, keep them in common.
  const completed = new Map<Sample['labels'], Sample['labels']>();
  return {
    labels: follows ? left.filter((label) => !followFromHost.includes(label)) : left,
    complete({ labels: told, value }) {
      let whole = completed.get(told);
      if (whole === undefined) {
        const made = { ...constant, ...told };
        if (follows) add(made, followFromHost, byHost.get(told[host]));
        completed.set(told, (whole = made));
      }
      return { labels: whole, value };
    },
  };
}
