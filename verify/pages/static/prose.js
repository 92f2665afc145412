/** The little Markdown that policy texts use: headings, lists, paragraphs, bold. As elements, never as HTML. */

import { h } from "./dom.js";

export function prose(text) {
  return text.split(/\n{2,}/).flatMap((block) => blockOf(block.trim()));
}

function blockOf(block) {
  if (!block) return [];
  const heading = block.match(/^(#{1,4}) (.*)$/s);
  if (heading) return [h(heading[1].length === 1 ? "h3" : "h4", {}, ...inline(heading[2]))];
  if (block.startsWith("- ")) {
    return [h("ul", {}, block.split(/\n(?=- )/).map((item) => h("li", {}, ...inline(item.slice(2)))))];
  }
  return [h("p", {}, ...inline(block))];
}

function inline(text) {
  return text.split(/\*\*(.+?)\*\*/g).map((part, index) => (index % 2 ? h("strong", {}, part) : part));
}
