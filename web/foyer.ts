// The one script of the sign-in, consent and portal pages. Every page works
// without it; it saves steps: copying, searching, revealing.
import { copyButtons } from "./kit/copy";
import { menu } from "./kit/menu";
import { search } from "./portal/search";
import { tabs } from "./kit/tabs";
import { passkey } from "./signin/passkey";
import { revealPassword } from "./signin/reveal";
import { passwordStrength } from "./signin/strength";
import { webauthn } from "./signin/webauthn";

copyButtons(document);
tabs(document);
menu(document);
search(document);
revealPassword(document);
passwordStrength(document);
webauthn(document);
void passkey(document);
