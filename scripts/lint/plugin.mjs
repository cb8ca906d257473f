// oxlint plugin: the walls of the house as a lint error, for aliased and relative imports alike.
import path from 'node:path';
import { mayUseNode, refuseImport } from './boundaries.mjs';

// The test plants violations in a tree of its own.
// oxlint runs plugins in its own process, so an environment variable is the only way to tell it.
const root = process.env.HEDDLE_LINT_ROOT ?? path.resolve(import.meta.dirname, '../..');

const boundaries = {
  create(context) {
    const from = path.relative(root, context.filename ?? context.getFilename()).replaceAll(path.sep, '/');
    const check = (node) => {
      const source = node.source;
      if (!source || typeof source.value !== 'string') return;
      const name = source.value;
      if (name.startsWith('node:')) {
        if (!mayUseNode(from))
          context.report({ node: source, message: `${from.split('/')[0]} runs outside Node: it may not import ${name}.` });
        return;
      }
      let to;
      if (name.startsWith('@/')) to = name.slice(2);
      else if (name.startsWith('.')) to = path.posix.normalize(path.posix.join(path.posix.dirname(from), name));
      else return;
      const why = refuseImport(from, to.replace(/\.(ts|tsx|mjs)$/, ''));
      if (why) context.report({ node: source, message: why });
    };
    return { ImportDeclaration: check, ExportNamedDeclaration: check, ExportAllDeclaration: check, ImportExpression: check };
  },
};

/** `lib/` has no clock of its own: reading the time is refused, making a date from a number or a text is not. */
const noClock = {
  create(context) {
    const report = (node) => context.report({ node, message: 'lib has no clock: pass the time in.' });
    return {
      NewExpression(node) {
        if (node.callee.type === 'Identifier' && node.callee.name === 'Date' && node.arguments.length === 0) report(node);
      },
      MemberExpression(node) {
        if (
          node.object.type === 'Identifier' &&
          node.object.name === 'Date' &&
          node.property.type === 'Identifier' &&
          node.property.name === 'now'
        )
          report(node);
      },
    };
  },
};

export default { meta: { name: 'heddle' }, rules: { boundaries, 'no-clock': noClock } };
