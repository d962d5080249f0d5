/**
 * Turns <div data-tabs> with <section aria-label> children into tabs (WAI-ARIA
 * authoring practices, tabs pattern). Without script all sections show.
 */
export function tabs(root: ParentNode): void {
  for (const holder of root.querySelectorAll<HTMLElement>("[data-tabs]")) build(holder);
}

function build(holder: HTMLElement): void {
  const panels = [...holder.querySelectorAll<HTMLElement>(":scope > section[aria-label]")];
  const list = document.createElement("div");
  list.className = "tabs";
  list.setAttribute("role", "tablist");
  list.setAttribute("aria-label", holder.dataset["tabs"] ?? "");
  const buttons = panels.map((panel, i) => {
    const tab = document.createElement("button");
    tab.type = "button";
    tab.id = `tab-${panel.id}`;
    tab.textContent = panel.getAttribute("aria-label");
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", panel.id);
    tab.addEventListener("click", () => select(i));
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    panel.removeAttribute("aria-label");
    list.append(tab);
    return tab;
  });

  function select(chosen: number): void {
    buttons.forEach((tab, i) => {
      tab.setAttribute("aria-selected", String(i === chosen));
      tab.tabIndex = i === chosen ? 0 : -1;
    });
    panels.forEach((panel, i) => (panel.hidden = i !== chosen));
  }

  list.addEventListener("keydown", (event) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    const at = buttons.findIndex((tab) => tab === document.activeElement);
    const next = (at + step + buttons.length) % buttons.length;
    select(next);
    buttons[next]?.focus();
  });
  holder.prepend(list);
  select(0);
}
