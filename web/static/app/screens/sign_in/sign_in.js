// Signing in, with a password or at the company's identity provider.

import { html, useEffect, useState } from "../../lib.js";
import { ApiProblem } from "../../api/problem.js";
import { place } from "../../router.js";
import { onward } from "../../session/onward.js";
import { beginSso, finishSso } from "../../session/sso.js";
import { Button } from "../../ui/button.js";
import { TextField } from "../../ui/field.js";
import { Notice, sentenceOf } from "../../ui/notice.js";
import { api, session } from "../../wiring.js";

const WHY = {
  idle: "You were signed out, because nothing was done for long.",
  over: "Your session ended. Sign in to go on where you were.",
  "signed-out": "You are signed out.",
};
const REFUSED = new Map([
  ["sso_refused", "The single sign-on did not succeed, or was broken off. Begin again."],
  ["not_mapped", "The identity provider knows you, but FileFerry does not. Ask an admin."],
  ["identity_provider_failed", "The identity provider does not answer as it should. Try again later."],
]);
const MARK = new URL("../../../icons/fileferry.svg", import.meta.url).href;

export function SignIn() {
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(() => REFUSED.get(place.value.query.get("error")) ?? null);
  const to = onward(place.value.query, location.origin);

  const attempt = async (work) => {
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (problem) {
      setError(wordsFor(problem));
    } finally {
      setBusy(false);
    }
  };
  useEffect(() => {
    document.title = "Sign in - FileFerry";
    attempt(async () => {
      if ((await finishSso()) === "not-ours") setError(REFUSED.get("sso_refused"));
    });
  }, []);

  const submit = (event) => {
    event.preventDefault();
    if (!user.trim() || !password) {
      setError("Give your user name and your password.");
      return;
    }
    attempt(() => session.signIn(user.trim(), password));
  };
  const why = WHY[session.reason.value];
  return html`
    <main class="alone">
      <form class="alone-card" onSubmit=${submit} novalidate>
        <div class="brand"><img src=${MARK} alt="" /><h1>FileFerry</h1></div>
        ${why && !error && html`<${Notice}>${why}</${Notice}>`}
        ${error && html`<${Notice} kind="bad">${error}</${Notice}>`}
        <${TextField} label="User" name="username" autofocus autocomplete="username" autocapitalize="none" value=${user} onValue=${setUser} />
        <${TextField} label="Password" name="password" type="password" autocomplete="current-password" value=${password} onValue=${setPassword} />
        <${Button} kind="primary" type="submit" busy=${busy}>Sign in</${Button}>
        <${Button} icon="key" busy=${busy} onClick=${() => attempt(() => beginSso(api, to))}>Single sign-on</${Button}>
      </form>
    </main>
  `;
}

function wordsFor(problem) {
  if (problem instanceof ApiProblem && problem.status === 404) {
    return "This FileFerry has no single sign-on. Sign in with a password.";
  }
  return sentenceOf(problem);
}
