// The test of a partner: one at a time, busy while it lasts, its outcome kept on the page.

import { html, useEffect, useRef, useState } from "../../lib.js";
import { SignedOut, Unreachable } from "../../api/problem.js";
import { escaped } from "../../format/names.js";
import { announce } from "../../ui/announce.js";
import { Button } from "../../ui/button.js";
import { Name } from "../../ui/name.js";
import { Notice, sentenceOf } from "../../ui/notice.js";
import { api } from "../../wiring.js";
import { partnerPath } from "./loading.js";
import { outcome } from "./probe_words.js";

const MOST_SECONDS = 29; // then the API gives up

/**
 * @param {string} id
 * @param {string | null} etag of the partner as it is shown: a key that is confirmed belongs to it
 * @param {() => void} onTested the test may have stored what it found
 * @returns {{busy: boolean, seconds: number, result: object | null, etag: string | null,
 *   error: Error | null, run(): void, forget(): void}} `etag`: the version that `result` belongs to
 */
export function useTest(id, etag, onTested) {
  const [state, setState] = useState({ busy: false, result: null, etag: null, error: null });
  const [seconds, setSeconds] = useState(0);
  const stop = useRef(null);
  useEffect(() => () => stop.current?.abort(), [id]);
  useEffect(() => {
    if (!state.busy) return undefined;
    setSeconds(0);
    const timer = setInterval(() => setSeconds((before) => before + 1), 1_000);
    return () => clearInterval(timer);
  }, [state.busy]);
  const run = async () => {
    if (stop.current) return;
    stop.current = new AbortController();
    const { signal } = stop.current;
    setState({ busy: true, result: null, etag, error: null });
    announce("The test has begun.");
    try {
      const result = await api.post(`${partnerPath(id)}/test`, { signal });
      setState({ busy: false, result, etag, error: null });
      announce(outcome(result).title);
      if (result.profile) onTested();
    } catch (error) {
      if (signal.aborted || error instanceof SignedOut) return;
      setState({ busy: false, result: null, etag: null, error });
    } finally {
      stop.current = null;
    }
  };
  const forget = () => setState({ busy: false, result: null, etag: null, error: null });
  return { ...state, seconds, run, forget };
}

export function TestButton({ test, kind = "" }) {
  return html`<${Button} kind=${kind} icon="search" busy=${test.busy} onClick=${test.run}>${test.busy ? "Testing …" : "Test"}</${Button}>`;
}

export function TestOutcome({ test }) {
  if (test.busy) {
    const late = test.seconds >= MOST_SECONDS ? "It should have ended by now." : `It takes ${MOST_SECONDS} s at most.`;
    return html`<${Notice} title="The test is under way">FileFerry connects, logs in and tries what the server can do. ${test.seconds} s so far. ${late}</${Notice}>`;
  }
  if (test.error) {
    const lost = test.error instanceof Unreachable;
    return html`<${Notice} kind="bad" title=${lost ? "No answer came from the test" : "The test was refused"}>
      ${lost ? "A server that answers slowly is the most frequent reason. Test it again." : sentenceOf(test.error)}</${Notice}>`;
  }
  if (!test.result) return null;
  const { kind, title, text } = outcome(test.result);
  const { cautions = [], login, profile } = test.result;
  const banner = login?.banner ?? profile?.banner;
  return html`
    <${Notice} kind=${kind} title=${title}>
      ${text && html`<p>${escaped(text)}</p>`}
      ${cautions.length > 0 && html`<ul class="said">${cautions.map((each) => html`<li key=${each}>${escaped(each)}</li>`)}</ul>`}
      ${(profile?.left_behind ?? []).map((each) => html`<p key=${each}>A file of the test could not be removed: <${Name} text=${each} /></p>`)}
      ${banner && html`<p>The server says: <${Name} text=${banner} most=${400} /></p>`}
    </${Notice}>
  `;
}
