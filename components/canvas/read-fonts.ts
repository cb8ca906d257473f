/** A font of the page, as another thread can load it. */
export interface FontSource {
  family: string;
  /** `src` of its rule, with whole addresses. */
  source: string;
  descriptors: FontFaceDescriptors;
}

const unquoted = (text: string): string => text.replaceAll(/^["']|["']$/g, '');

/** The fonts of a family that the page's style sheets name. A worker knows none of them, and the objects in `document.fonts` hide their source. */
export function readFonts(family: string): FontSource[] {
  const found: FontSource[] = [];
  for (const sheet of document.styleSheets) {
    // Those of other origins may not be read.
    if (sheet.href !== null && new URL(sheet.href).origin !== location.origin) continue;
    for (const rule of sheet.cssRules) {
      if (!(rule instanceof CSSFontFaceRule) || unquoted(rule.style.getPropertyValue('font-family')) !== family) continue;
      const base = sheet.href ?? location.href;
      found.push({
        family,
        source: rule.style
          .getPropertyValue('src')
          .replaceAll(/url\((["']?)([^"')]+)\1\)/g, (_, __, address: string) => `url("${new URL(address, base).href}")`),
        descriptors: {
          weight: rule.style.getPropertyValue('font-weight') || 'normal',
          style: rule.style.getPropertyValue('font-style') || 'normal',
          unicodeRange: rule.style.getPropertyValue('unicode-range') || 'U+0-10FFFF',
        },
      });
    }
  }
  return found;
}
