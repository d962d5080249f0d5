// The one script of the sign-in, consent and portal pages. Every page works
// without it; it saves steps: copying, searching, revealing.
import { copyButtons } from "./kit/copy";
import { search } from "./portal/search";
import { tabs } from "./kit/tabs";
import { revealPassword } from "./signin/reveal";
import { passwordStrength } from "./signin/strength";

copyButtons(document);
tabs(document);
search(document);
revealPassword(document);
passwordStrength(document);
