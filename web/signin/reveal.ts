/** Shows and hides the password with a check box that script brings along. */
export function revealPassword(root: ParentNode): void {
  const box = root.querySelector<HTMLInputElement>("input[data-reveal]");
  const field = root.querySelector<HTMLInputElement>("input[type=password]");
  if (!box || !field) return;
  const label = box.closest("label");
  if (label) label.hidden = false;
  box.addEventListener("change", () => (field.type = box.checked ? "text" : "password"));
}
