/**
 * Saves steps on the list of accounts: it answers while one types, and opens
 * accounts, turns pages and marks favourites in place. What it shows is the
 * server's page of the same address, so that there is one list and not two.
 */
export function accounts(root: Document): void {
  const found = root.querySelector<HTMLElement>("[data-found]");
  const form = root.querySelector<HTMLFormElement>("form[data-find]");
  const field = form?.querySelector<HTMLInputElement>("input[type=search]");
  const count = root.querySelector<HTMLElement>("[data-count]");
  if (!found || !form || !field || !count) return;
  form.querySelector<HTMLElement>("[data-find-button]")?.remove();

  let latest: AbortController | undefined;
  /** Shows the list at an address, unless another is asked for meanwhile. */
  const show = async (address: string): Promise<boolean> => {
    latest?.abort();
    const mine = (latest = new AbortController());
    found.setAttribute("aria-busy", "true");
    try {
      const page = await load(address, mine.signal);
      const list = page?.querySelector("[data-found]");
      if (!list) return false;
      found.replaceChildren(...list.childNodes);
      count.textContent = page?.querySelector("[data-count]")?.textContent ?? "";
      keep(root, page);
      history.replaceState(null, "", address);
      return true;
    } catch {
      if (mine.signal.aborted) return false;
      count.textContent = "The accounts could not be loaded. Check your connection and try again.";
      return false;
    } finally {
      if (latest === mine) found.removeAttribute("aria-busy");
    }
  };

  form.addEventListener("submit", (event) => event.preventDefault());
  field.addEventListener("input", () => void show(addressOf(form)));
  found.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return; // another tab or window
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-open], a[data-page], a[data-clear]");
    if (!link) return;
    event.preventDefault();
    if (link.matches("[data-open]")) void open(link);
    else void turn(link);
  });

  const turn = async (link: HTMLAnchorElement): Promise<void> => {
    if (link.matches("[data-clear]")) field.value = "";
    if (!(await show(link.href))) return;
    found.querySelector<HTMLElement>("a[data-open]")?.focus();
    form.scrollIntoView({ block: "start" });
  };

  const open = async (link: HTMLAnchorElement): Promise<void> => {
    const item = link.closest("li");
    if (!item) return;
    item.setAttribute("aria-busy", "true");
    try {
      const page = await load(link.href);
      const fresh = page?.getElementById(item.id);
      const head = fresh?.querySelector<HTMLAnchorElement>("a[data-open]");
      if (!page || !fresh || !head) return;
      history.replaceState(null, "", link.href);
      link.setAttribute("aria-expanded", head.getAttribute("aria-expanded") ?? "false");
      link.setAttribute("href", head.getAttribute("href") ?? "");
      item.querySelector(".roles")?.remove();
      const roles = fresh.querySelector(".roles");
      if (roles) item.append(roles);
      keep(root, page);
    } catch {
      count.textContent = "The roles could not be loaded. Check your connection and try again.";
    } finally {
      item.removeAttribute("aria-busy");
    }
  };

  // The arrow keys go from the field to the accounts, and from one to the next.
  form.parentElement?.addEventListener("keydown", (event) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const stops: HTMLElement[] = [field, ...found.querySelectorAll<HTMLElement>("a[data-open]")];
    const at = stops.findIndex((stop) => stop === document.activeElement);
    const next = stops[at + step];
    if (step === 0 || at < 0 || !next) return;
    event.preventDefault();
    next.focus();
  });
  favourites(root);
}

/** The page at an address; where that is none of accounts, the browser goes there. */
async function load(address: string, signal?: AbortSignal): Promise<Document | undefined> {
  const answer = await fetch(address, { headers: { Accept: "text/html" }, ...(signal && { signal }) });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (page.querySelector("[data-found]")) return page;
  location.assign(address); // signed out, or the server cannot answer: it says so
  return undefined;
}

/** Lets the favourites' form lead back to what now shows. */
function keep(root: Document, page: Document | undefined): void {
  const to = root.querySelector<HTMLInputElement>("#favourite input[name=back]");
  const from = page?.querySelector<HTMLInputElement>("#favourite input[name=back]");
  if (to && from) to.value = from.value;
}

function addressOf(form: HTMLFormElement): string {
  const address = new URL(form.action);
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && value.trim() !== "") address.searchParams.set(name, value);
  }
  return address.href;
}

/** Marks favourites where they are: they come first when the list shows anew. */
function favourites(root: Document): void {
  const form = root.querySelector<HTMLFormElement>("form[data-favourites]");
  form?.addEventListener("submit", (event) => {
    const star = event.submitter;
    if (!(star instanceof HTMLButtonElement)) return;
    event.preventDefault();
    const marked = star.name === "mark";
    const body = new URLSearchParams({ [star.name]: star.value, back: "/start" });
    void fetch(form.action, { method: "POST", body, headers: { Accept: "text/html" } }).then(
      (answer) => {
        if (!answer.ok || new URL(answer.url).pathname !== "/start") return location.reload();
        star.name = marked ? "unmark" : "mark";
        star.setAttribute("aria-pressed", String(marked));
      },
      () => location.reload(),
    );
  });
}
