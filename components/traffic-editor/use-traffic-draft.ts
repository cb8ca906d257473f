'use client';

import { useMemo, useState } from 'react';
import type { AnyObject, TrafficResponse, TrafficRoute } from '@/lib/contract';
import type { DestinationRule } from '@/lib/kinds';
import { sameJson } from '@/lib/kinds/shared/json';
import { changedObjects, newDestinationRule, newVirtualService, openRoute } from '@/lib/traffic';
import type { RouteDraft, RouteObject, SplitContext } from '@/lib/traffic';

/** The choice of a VirtualService that does not exist yet. */
export const newChoice = 'new';

export function choiceOf(route: TrafficRoute): string {
  return `${route.ref.kind} ${route.ref.namespace}/${route.ref.name}`;
}

interface Draft {
  /** What the draft was begun from: what arrives meanwhile does not shift it. */
  base: TrafficResponse;
  choice: string;
  route: RouteDraft;
  destinationRule: DestinationRule | null;
}

export interface TrafficDraft {
  base: TrafficResponse;
  choice: string;
  /** The chosen object; absent for one that does not exist yet. */
  chosen: TrafficRoute | undefined;
  route: RouteDraft;
  destinationRule: DestinationRule | null;
  /** The rules and the DestinationRule as they are in force. */
  inForce: { route: RouteDraft; destinationRule: DestinationRule | null };
  context: SplitContext;
  /** What the draft writes; absent when it changes nothing. */
  change: { objects: AnyObject[]; bases: AnyObject[] } | undefined;
}

// The API passes objects through unchanged; the API server has checked them against their kinds' schemas.
const asRoute = (object: AnyObject): RouteObject => object as unknown as RouteObject;
const asRule = (object: AnyObject | null): DestinationRule | null => object as unknown as DestinationRule | null;

function objectOf(base: TrafficResponse, choice: string): RouteObject {
  const route = base.routes.find((one) => choiceOf(one) === choice);
  return route === undefined ? newVirtualService(base, base.newNames.virtualService) : asRoute(route.object);
}

function changeOf(draft: Draft): TrafficDraft['change'] {
  const { base, route, destinationRule } = draft;
  const objects = changedObjects({
    service: { namespace: base.namespace, name: base.name },
    route,
    destinationRule,
    destinationRuleBase: asRule(base.destinationRule),
    newName: base.newNames.destinationRule,
  });
  if (objects.length === 0) return undefined;
  const chosen = base.routes.find((one) => choiceOf(one) === draft.choice);
  return {
    objects: objects.map((object) => ({ ...object, metadata: { ...object.metadata } })),
    bases: [chosen?.object ?? null, base.destinationRule].filter((one): one is AnyObject => one !== null),
  };
}

/** The draft of a service's traffic: what is shown, how it is changed, what it would write. */
export function useTrafficDraft(live: TrafficResponse | undefined): {
  draft: TrafficDraft | undefined;
  choose: (choice: string) => void;
  editRoute: (change: (route: RouteDraft) => RouteDraft) => void;
  editDestinationRule: (change: (rule: DestinationRule) => DestinationRule) => void;
  discard: () => void;
} {
  const [draft, setDraft] = useState<Draft>();
  const [picked, setPicked] = useState<string>();
  const base = draft?.base ?? live;
  const first = base?.routes[0];
  const choice =
    draft?.choice ??
    (picked !== undefined && (picked === newChoice || base?.routes.some((one) => choiceOf(one) === picked))
      ? picked
      : first === undefined
        ? newChoice
        : choiceOf(first));

  const shown = useMemo(() => {
    if (base === undefined) return undefined;
    const current: Draft = draft ?? {
      base,
      choice,
      route: openRoute(objectOf(base, choice)),
      destinationRule: asRule(base.destinationRule),
    };
    const rule = current.destinationRule;
    const context: SplitContext = {
      service: { namespace: base.namespace, name: base.name },
      subsets: (rule?.spec.subsets ?? []).map((one) => ({ name: one.name, version: one.labels?.['version'] ?? null })),
      versions: base.versions.map((one) => one.version),
      backends: base.backends,
    };
    return {
      current,
      view: {
        ...current,
        chosen: base.routes.find((one) => choiceOf(one) === current.choice),
        inForce: { route: openRoute(current.route.object), destinationRule: asRule(base.destinationRule) },
        context,
        change: draft === undefined ? undefined : changeOf(draft),
      } satisfies TrafficDraft,
    };
  }, [base, choice, draft]);

  const put = (next: Draft): void => {
    // A draft that says what is in force is none.
    const untouched =
      sameJson(next.route.rules, openRoute(next.route.object).rules) && sameJson(next.destinationRule, asRule(next.base.destinationRule));
    setDraft(untouched ? undefined : next);
  };
  return {
    draft: shown?.view,
    choose: setPicked,
    editRoute: (change) => {
      if (shown) put({ ...shown.current, route: change(shown.current.route) });
    },
    editDestinationRule: (change) => {
      if (!shown) return;
      const { current } = shown;
      const rule = current.destinationRule ?? newDestinationRule(current.base, current.base.newNames.destinationRule);
      const next = change(rule);
      const nothing = current.base.destinationRule === null && sameJson(next.spec, { host: current.base.name });
      put({ ...current, destinationRule: nothing ? null : next });
    },
    discard: () => setDraft(undefined),
  };
}
