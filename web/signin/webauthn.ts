/** What went wrong, for people. */
function reason(error: unknown): string {
  const name = error instanceof DOMException ? error.name : "";
  switch (name) {
    case "InvalidStateError":
      return "This device is registered already.";
    case "NotAllowedError":
      return "That was cancelled, or took too long. Please try again.";
    case "SecurityError":
      return "This browser can't use security keys at this address.";
    default:
      return "That did not work. Please try again.";
  }
}

/** Whether this browser speaks WebAuthn in the JSON forms that the pages use. */
export function supported(): boolean {
  return typeof PublicKeyCredential !== "undefined" && typeof PublicKeyCredential.parseCreationOptionsFromJSON === "function";
}

/** Puts a browser's answer into its form, and sends it. */
export function send(form: HTMLFormElement, credential: Credential | null): void {
  const field = form.querySelector<HTMLInputElement>("input[name=credential]");
  if (!field || !(credential instanceof PublicKeyCredential)) throw new TypeError("no credential");
  field.value = JSON.stringify(credential.toJSON());
  form.requestSubmit();
}

/** Shows what went wrong on a form, or with "" nothing. */
export function complain(form: HTMLFormElement, error: unknown): void {
  const place = form.querySelector<HTMLElement>("[data-webauthn-failed]");
  if (!place) return;
  place.hidden = !error;
  place.textContent = error ? reason(error) : "";
}

/** Registers a device, or proves its holder, by the forms that say data-webauthn. */
export function webauthn(root: ParentNode): void {
  for (const form of root.querySelectorAll<HTMLFormElement>("form[data-webauthn]")) {
    const start = form.querySelector<HTMLButtonElement>("[data-webauthn-start]");
    if (!start || !supported()) continue;
    form.querySelector<HTMLElement>("[data-webauthn-missing]")?.remove();
    start.hidden = false;
    start.focus();
    start.addEventListener("click", async () => {
      complain(form, "");
      start.disabled = true;
      try {
        const options = JSON.parse(form.dataset["options"] ?? "");
        const credential =
          form.dataset["webauthn"] === "create"
            ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
            : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
        send(form, credential);
      } catch (error) {
        complain(form, error);
        start.disabled = false;
        start.focus();
      }
    });
  }
}
