/**
 * Follows links of AWS's form, whose way stands behind the # and so never
 * reaches the server: /start/#/console?account_id=… A person who must sign in
 * first goes on from there.
 */
export function links(): void {
  const follow = () => {
    const to = destination(location.hash);
    if (to === "") return;
    if (location.pathname === "/signin") location.replace(`/signin?${new URLSearchParams({ to })}`);
    else if (/^\/start\/?$/.test(location.pathname)) location.replace(to);
  };
  follow();
  addEventListener("hashchange", follow);
}

/** The ways, with the parameters that each takes. */
const ways: Record<string, { path: string; takes: string[] }> = {
  "#/console": { path: "/console", takes: ["account_id", "role_name", "destination"] },
  "#/device": { path: "/device", takes: ["user_code"] },
};

/** The path on this server that a way leads to; "" for none. */
function destination(hash: string): string {
  const [name = "", query = ""] = hash.split(/\?(.*)/s);
  const way = Object.hasOwn(ways, name) ? ways[name] : undefined;
  if (!way) return "";
  const given = new URLSearchParams(query);
  const taken = new URLSearchParams();
  for (const parameter of way.takes) {
    const value = given.get(parameter);
    if (value) taken.set(parameter, value);
  }
  return `${way.path}?${taken}`;
}
