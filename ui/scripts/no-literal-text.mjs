// An ESLint rule: words a person reads come from the catalogue, not from a template.
const SPOKEN = new Set([
  'aria-label',
  'aria-description',
  'aria-roledescription',
  'title',
  'placeholder',
  'alt',
  'label',
]);
const hasWords = (text) => /\p{L}{2,}/u.test(text);

export const noLiteralText = {
  meta: { type: 'problem', schema: [], messages: { literal: 'Visible text “{{text}}” belongs in lib/i18n: use t().' } },
  create(context) {
    const report = (node, text) =>
      context.report({ node, messageId: 'literal', data: { text: text.trim().slice(0, 40) } });
    return {
      SvelteText(node) {
        const name = node.parent?.name?.name;
        if (name !== 'script' && name !== 'style' && hasWords(node.value)) report(node, node.value);
      },
      SvelteAttribute(node) {
        if (!SPOKEN.has(node.key.name)) return;
        for (const part of node.value) {
          if (part.type === 'SvelteLiteral' && hasWords(part.value)) report(part, part.value);
        }
      },
      'SvelteMustacheTag > Literal'(node) {
        const owner = node.parent.parent;
        const isSpoken = owner.type === 'SvelteElement' || SPOKEN.has(owner.key?.name);
        if (isSpoken && typeof node.value === 'string' && hasWords(node.value)) report(node, node.value);
      },
    };
  },
};
