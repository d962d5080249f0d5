import { complain, send, supported } from "./webauthn";

/** Asks the server what a passkey has to sign. */
async function question(): Promise<PublicKeyCredentialRequestOptions> {
  const answer = await fetch("/signin/passkey/begin", { method: "POST" });
  if (!answer.ok) throw new Error(await answer.text());
  return PublicKeyCredential.parseRequestOptionsFromJSON(await answer.json());
}

/**
 * Signs in with a passkey: by the button, and, where the browser can, from what it
 * offers to fill into the user name field.
 */
export async function passkey(root: ParentNode): Promise<void> {
  const form = root.querySelector<HTMLFormElement>("form[data-passkey]");
  const start = form?.querySelector<HTMLButtonElement>("[data-passkey-start]");
  if (!form || !start || !supported()) return;
  form.hidden = false;
  let offered: AbortController | undefined;
  let asked: Promise<unknown> = Promise.resolve(); // the last question asked is the one that counts

  start.addEventListener("click", async () => {
    complain(form, "");
    offered?.abort(); // a page waits for one passkey at a time
    start.disabled = true;
    try {
      await asked.catch(() => undefined);
      send(form, await navigator.credentials.get({ publicKey: await question() }));
    } catch (error) {
      complain(form, error);
      start.disabled = false;
    }
  });

  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  try {
    const asking = question();
    asked = asking;
    const publicKey = await asking;
    if (start.disabled) return; // the button was quicker
    offered = new AbortController();
    send(form, await navigator.credentials.get({ publicKey, mediation: "conditional", signal: offered.signal }));
  } catch {
    // Nothing was chosen: the page is used in another way.
  }
}
