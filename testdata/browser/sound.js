// What the browser test asks of every page: answers what is wrong with it, a
// line each. It is evaluated in the page.
(() => {
  const wrong = [];
  const shown = (e) => e.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const name = (e) => `<${e.tagName.toLowerCase()}${e.id ? " id=" + e.id : ""}> ${(e.textContent || "").trim().slice(0, 40)}`;

  if (document.documentElement.lang !== "en") wrong.push("the page does not say its language");
  if (!document.title.endsWith("Foyer")) wrong.push(`the title is "${document.title}"`);
  if (document.querySelectorAll("h1").length !== 1) wrong.push("the page wants one h1");
  if (document.querySelectorAll("main").length !== 1) wrong.push("the page wants one main");
  if (document.documentElement.scrollWidth > innerWidth) wrong.push(`the page is ${document.documentElement.scrollWidth} wide in a window of ${innerWidth}`);
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  if (new Set(ids).size !== ids.length) wrong.push("an id stands twice");
  let level = 0;
  for (const heading of document.querySelectorAll("h1, h2, h3, h4")) {
    if (+heading.tagName[1] > level + 1) wrong.push(`a level of headings is left out before ${name(heading)}`);
    level = +heading.tagName[1];
  }
  for (const field of document.querySelectorAll("input:not([type=hidden])")) {
    if (shown(field) && !field.labels.length && !field.ariaLabel) wrong.push(`no label: ${name(field)}`);
  }
  const called = new Map();
  for (const button of document.querySelectorAll("button")) {
    if (!shown(button)) continue;
    const label = button.ariaLabel || button.textContent.trim();
    if (!label) wrong.push(`no text: ${name(button)}`);
    if (called.has(label)) wrong.push(`two buttons are called "${label}"`);
    called.set(label, button);
    if (button.ariaLabel && !button.ariaLabel.startsWith(button.textContent.trim())) wrong.push(`called otherwise than it shows: ${name(button)}`);
  }

  // Contrast, WCAG 2.2 success criteria 1.4.3 (text) and 1.4.11 (fields).
  const rgb = (css) => css.match(/[\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const c = rgb(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] === 1) return c;
    }
    return [255, 255, 255];
  };
  const contrast = (a, b) => {
    const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
    return (x + 0.05) / (y + 0.05);
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = texts.nextNode()); ) {
    const e = node.parentElement;
    if (!node.data.trim() || !shown(e)) continue;
    const got = contrast(rgb(getComputedStyle(e).color), ground(e));
    if (got < 4.5) wrong.push(`contrast ${got.toFixed(1)}: ${name(e)}`);
  }
  for (const field of document.querySelectorAll("input:not([type=hidden], [type=checkbox])")) {
    const got = contrast(rgb(getComputedStyle(field).borderTopColor), ground(field.parentElement));
    if (shown(field) && got < 3) wrong.push(`contrast of its border ${got.toFixed(1)}: ${name(field)}`);
  }
  // What can be touched is at least 24 CSS pixels high, WCAG 2.2 2.5.8.
  for (const e of document.querySelectorAll("button, input:not([type=hidden], [type=checkbox])")) {
    if (shown(e) && e.getBoundingClientRect().height < 24) wrong.push(`too small to touch: ${name(e)}`);
  }
  return wrong;
})();
