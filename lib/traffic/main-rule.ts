import { ruleEditorOf } from './edit-rules';
import type { DraftRule, RouteDraft } from './edit-rules';

/** The rule that requests without special marks reach: the first without conditions, else the last. */
export function mainRule(route: RouteDraft): DraftRule | undefined {
  const editor = ruleEditorOf(route.object);
  return (
    route.rules.find(
      (one) => editor.action(one.rule) === 'route' && editor.read(one.rule, 'matches').every((match) => match.length === 0),
    ) ?? route.rules.at(-1)
  );
}
