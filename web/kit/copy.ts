/** Makes every <button data-copy="id"> copy the text of the element with that id. */
export function copyButtons(root: Document | HTMLElement): void {
  const buttons = root.querySelectorAll<HTMLButtonElement>("button[data-copy]");
  if (buttons.length === 0) return;
  const heard = document.createElement("p"); // tells screen readers what the buttons show
  heard.className = "unseen";
  heard.setAttribute("role", "status");
  (root instanceof Document ? root.body : root).append(heard);
  for (const button of buttons) {
    button.hidden = false;
    button.addEventListener("click", () => void copy(button, heard));
  }
}

/** How long a button says that it copied, in milliseconds. */
const confirmation = 2000;

async function copy(button: HTMLButtonElement, heard: HTMLElement): Promise<void> {
  const source = document.getElementById(button.dataset["copy"] ?? "");
  if (!source) return;
  const says = (text: string) => {
    button.textContent = text;
    heard.textContent = text;
  };
  try {
    await navigator.clipboard.writeText(source.textContent ?? "");
    says("Copied");
  } catch {
    // Without permission, or outside a secure context, the person copies by hand.
    getSelection()?.selectAllChildren(source);
    says("Press Ctrl+C");
  }
  setTimeout(() => {
    button.textContent = "Copy";
    heard.textContent = "";
  }, confirmation);
}
