// Where the console begins: the session first, then the screen that the address names.

import { html, render, useEffect, useErrorBoundary, useState } from "./lib.js";
import { followLinks, go, href, place } from "./router.js";
import { CurrentScreen } from "./screens.js";
import { SignIn } from "./screens/sign_in/sign_in.js";
import { watchIdleness } from "./session/idle.js";
import { onward } from "./session/onward.js";
import { keepSettings } from "./settings.js";
import { Shell } from "./shell.js";
import { Failed, Loading } from "./ui/notice.js";
import { api, session } from "./wiring.js";

function Console() {
  const [error, setError] = useState(null);
  const [broken] = useErrorBoundary((reason) => console.error(reason));
  const start = () => {
    setError(null);
    session.start(api).catch(setError);
  };
  useEffect(start, []);
  const state = session.state.value;
  const signingIn = place.value.path === "/sign-in";
  useEffect(() => {
    if (state === "signed-out" && !signingIn) {
      const to = location.pathname + location.search;
      const isLeft = to === "/" || session.reason.peek() === "signed-out"; // the next user may be another
      go(href("/sign-in", { to: isLeft ? null : to }), { replace: true });
    } else if (state === "signed-in" && signingIn) {
      go(onward(place.value.query, location.origin), { replace: true });
    }
  }, [state, signingIn]);

  if (broken) {
    return html`<main class="alone"><${Failed} error=${broken} what="The console broke." onAgain=${() => location.reload()} /></main>`;
  }
  if (error) {
    return html`<main class="alone"><${Failed} error=${error} what="FileFerry cannot be reached." onAgain=${start} /></main>`;
  }
  if (state === "starting") return html`<main class="alone"><${Loading} what="FileFerry starts" /></main>`;
  if (state === "signed-out") return html`<${SignIn} />`;
  return html`<${Shell}><${CurrentScreen} /></${Shell}>`;
}

keepSettings();
followLinks();
watchIdleness(api);
render(html`<${Console} />`, document.getElementById("console"));
