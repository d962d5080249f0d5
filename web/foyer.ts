// The one script of the sign-in, consent and portal pages. Every page works
// without it; it saves steps: copying, searching, revealing.
import { copyButtons } from "./kit/copy";
import { menu } from "./kit/menu";
import { tabs } from "./kit/tabs";
import { accounts } from "./portal/accounts";
import { keys } from "./portal/keys";
import { links } from "./portal/links";
import { passkey } from "./signin/passkey";
import { revealPassword } from "./signin/reveal";
import { passwordStrength } from "./signin/strength";
import { webauthn } from "./signin/webauthn";

links();
copyButtons(document);
tabs(document);
menu(document);
accounts(document);
keys(document);
revealPassword(document);
passwordStrength(document);
webauthn(document);
void passkey(document);
