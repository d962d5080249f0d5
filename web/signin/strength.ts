// How strong a new password is, while it is typed. The server decides; this
// shows what it will say, and how long guessing would take.

/** The rules of a password, as the server has them, in its words. */
const rules: [string, (text: string) => boolean][] = [
  ["8 to 64 characters", (text) => [...text].length >= 8 && [...text].length <= 64],
  ["a lowercase letter", (text) => /[a-z]/.test(text)],
  ["an uppercase letter", (text) => /[A-Z]/.test(text)],
  ["a number", (text) => /[0-9]/.test(text)],
  ["a symbol", (text) => /[~!@#$%^&*_\-+=`|\\(){}[\]:;"'<>,.?/]/.test(text)],
];

const words = ["very weak", "weak", "fair", "good", "strong"];

/**
 * Bits of a password by its kinds of characters, where what repeats or goes on
 * from the character before counts little.
 */
function bits(text: string): number {
  let alphabet = 0;
  for (const [kind, size] of [[/[a-z]/, 26], [/[A-Z]/, 26], [/[0-9]/, 10], [/[^a-zA-Z0-9]/, 32]] as const) if (kind.test(text)) alphabet += size;
  const codes = [...text].map((c) => c.codePointAt(0) ?? 0);
  const seen = new Set<number>();
  let worth = 0;
  codes.forEach((code, i) => {
    const step = i > 0 ? Math.abs(code - (codes[i - 1] ?? 0)) : 2;
    worth += step <= 1 ? 0.2 : seen.has(code) ? 0.6 : 1;
    seen.add(code);
  });
  return worth * Math.log2(Math.max(alphabet, 2));
}

/**
 * Whether a password is a word with something around it, which is what guesses
 * begin with. The server has a list of such words; here each is taken for one.
 */
function oneWord(text: string): boolean {
  const core = text.replace(/^[^a-z]+|[^a-z]+$/gi, "");
  return core.length >= 4 && core.length <= 10 && text.length - core.length <= 6 && /^[a-z@4310!$57+]+$/i.test(core);
}

/** Shows the strength of the page's new password, which script brings along. */
export function passwordStrength(root: ParentNode): void {
  const field = root.querySelector<HTMLInputElement>("input[data-strength]");
  const shown = root.querySelector<HTMLElement>("[data-strength-of]");
  const meter = shown?.querySelector("meter");
  const says = shown?.querySelector("output");
  if (!field || !shown || !meter || !says) return;
  shown.hidden = false;
  field.addEventListener("input", () => {
    const missing = rules.filter(([, keeps]) => !keeps(field.value)).map(([name]) => name);
    const score = Math.min(oneWord(field.value) ? 1 : 4, Math.floor(bits(field.value) / 18));
    meter.value = missing.length > 0 ? Math.min(score, 1) : score;
    says.textContent = field.value === "" ? "" : missing.length > 0 ? `Missing: ${missing.join(", ")}` : `Strength: ${words[score]}`;
  });
}
