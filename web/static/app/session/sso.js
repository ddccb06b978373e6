// Single sign-on at the company's identity provider, with PKCE.
//
// The verifier has to outlive the way to the provider and back, so it is in sessionStorage until it
// is used. It is no token: it opens nothing without the code, which works once.

import { session } from "./session.js";

const VERIFIER = "fileferry-sso-verifier";
const BACK = "/sign-in";

/** Leads the browser away. Raises ApiProblem 404 where there is no single sign-on. */
export async function beginSso(api, to) {
  const verifier = base64url(crypto.getRandomValues(new Uint8Array(32)));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  const back = new URL(BACK, location.origin);
  if (to && to !== "/") back.searchParams.set("to", to);
  const query = {
    return_to: back.href,
    challenge: base64url(new Uint8Array(digest)),
    client: "console",
  };
  await api.call("GET", "/api/login/sso", { query, open: true, look: true });
  sessionStorage.setItem(VERIFIER, verifier);
  location.assign(api.address("/api/login/sso", query));
}

/**
 * Ends it, when the address has a code. The code leaves the address at once.
 * @returns {Promise<"none" | "not-ours" | "done">} "not-ours": this tab did not begin it
 */
export async function finishSso() {
  const query = new URLSearchParams(location.search);
  const code = query.get("code");
  const verifier = sessionStorage.getItem(VERIFIER);
  if (code === null) return "none";
  sessionStorage.removeItem(VERIFIER);
  query.delete("code");
  history.replaceState(null, "", `${location.pathname}${query.size ? `?${query}` : ""}`);
  if (verifier === null) return "not-ours"; // begun in another tab, or by somebody else
  await session.redeem(code, verifier);
  return "done";
}

function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
