/**
 * Folds the navigation of a narrow window behind <button data-menu>, which says
 * what it controls. Without script the navigation stands open.
 */
export function menu(root: ParentNode): void {
  const button = root.querySelector<HTMLButtonElement>("button[data-menu]");
  const folded = document.getElementById(button?.getAttribute("aria-controls") ?? "");
  if (!button || !folded) return;
  const open = (yes: boolean) => button.setAttribute("aria-expanded", String(yes));
  button.hidden = false;
  button.addEventListener("click", () => open(button.getAttribute("aria-expanded") !== "true"));
  button.parentElement?.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || button.getAttribute("aria-expanded") !== "true") return;
    open(false);
    button.focus();
  });
}
