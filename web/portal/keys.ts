import { copyButtons } from "../kit/copy";
import { tabs } from "../kit/tabs";

/**
 * Shows access keys over the page that they were asked for on. They are part of
 * it only while they show.
 */
export function keys(root: Document): void {
  root.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches("form[data-keys]")) return;
    event.preventDefault();
    void ask(form);
  });
}

async function ask(form: HTMLFormElement): Promise<void> {
  const button = form.querySelector("button");
  button?.setAttribute("aria-busy", "true");
  try {
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) body.set(name, String(value));
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const shown = page.querySelector<HTMLElement>("[data-keys-shown]");
    if (shown) show(shown);
    else form.submit(); // signed out, or refused: the server's page says so
  } catch {
    form.submit();
  } finally {
    button?.removeAttribute("aria-busy");
  }
}

function show(content: HTMLElement): void {
  const dialog = document.createElement("dialog");
  dialog.className = "keys";
  const title = document.createElement("h2"); // the page below has its h1
  title.id = "keys-title";
  title.append(...(content.querySelector("h1")?.childNodes ?? []));
  content.querySelector("h1")?.replaceWith(title);
  dialog.setAttribute("aria-labelledby", title.id);
  const close = document.createElement("button");
  close.type = "button";
  close.className = "close";
  close.textContent = "Close";
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close(); // beside it
  });
  dialog.addEventListener("close", () => dialog.remove());
  dialog.append(content);
  content.prepend(close);
  document.body.append(dialog);
  tabs(dialog);
  copyButtons(dialog);
  dialog.showModal();
}
