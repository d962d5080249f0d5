/** Filters the account list by what is typed: name, id or e-mail address. */
export function search(root: ParentNode): void {
  const field = root.querySelector<HTMLInputElement>("input[data-search]");
  const list = root.querySelector<HTMLElement>("[data-accounts]");
  const empty = root.querySelector<HTMLElement>("[data-no-match]");
  if (!field || !list) return;
  const accounts = [...list.children].map((item) => ({
    item: item as HTMLElement,
    text: (item.getAttribute("data-text") ?? "").toLowerCase(),
  }));
  field.closest("form")?.addEventListener("submit", (event) => event.preventDefault());
  field.addEventListener("input", () => {
    const wanted = field.value.trim().toLowerCase();
    let shown = 0;
    for (const { item, text } of accounts) {
      item.hidden = !text.includes(wanted);
      if (!item.hidden) shown++;
    }
    if (empty) empty.hidden = shown > 0;
  });
}
