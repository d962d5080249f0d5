/** Shows and hides the passwords of a page with a check box that script brings along. */
export function revealPassword(root: ParentNode): void {
  const box = root.querySelector<HTMLInputElement>("input[data-reveal]");
  const fields = root.querySelectorAll<HTMLInputElement>("input[type=password]");
  if (!box || fields.length === 0) return;
  const label = box.closest("label");
  if (label) label.hidden = false;
  box.addEventListener("change", () => {
    for (const field of fields) field.type = box.checked ? "text" : "password";
  });
}
