// A conversation by itself, to be read: by its owner, and by auditors.

import { html } from "../../lib.js";
import { openAgent } from "../../agent.js";
import { ApiProblem } from "../../api/problem.js";
import { shortened } from "../../format/names.js";
import { Button, LinkButton } from "../../ui/button.js";
import { useLoaded } from "../../ui/loaded.js";
import { Name, Time } from "../../ui/name.js";
import { Empty, Failed, Loading } from "../../ui/notice.js";
import { Screen } from "../../ui/screen.js";
import { api, session } from "../../wiring.js";
import { readChat } from "./chat.js";
import { Transcript } from "./messages.js";
import { desk } from "./wiring.js";

export default function Conversation({ id }) {
  const { value, error, again } = useLoaded((signal) => readChat(api, id, signal), [id]);
  if (!value && error instanceof ApiProblem && error.status === 404) return html`<${NotFound} />`;
  if (!value) {
    return html`
      <${Screen} title="Conversation">
        ${error ? html`<${Failed} error=${error} what="This conversation could not be read." onAgain=${again} />` : html`<${Loading} what="Loading the conversation" />`}
      </${Screen}>
    `;
  }
  const { chat, messages } = value;
  const resume = () => {
    desk.show(id);
    openAgent();
  };
  const isOwn = chat.owner === session.me.value?.user;
  return html`
    <${Screen} title="Conversation" actions=${isOwn && html`<${Button} icon="agent" onClick=${resume}>Go on with it</${Button}>`}>
      <div class="agent-page stack">
        <dl class="pairs">
          <dt>Title</dt><dd><bdi>${shortened(chat.title, 200)}</bdi></dd>
          <dt>Of</dt><dd><${Name} text=${chat.owner} /></dd>
          <dt>Opened</dt><dd><${Time} at=${chat.opened_at} /></dd>
        </dl>
        <${Transcript} messages=${messages} />
      </div>
    </${Screen}>
  `;
}

function NotFound() {
  return html`
    <${Screen} title="No such conversation">
      <${Empty} icon="search" title="This conversation is not there, or it is not yours"
        action=${html`<${LinkButton} href="/">Go to Home</${LinkButton}>`}>
        You see your own. Auditors and admins see everybody's.
      </${Empty}>
    </${Screen}>
  `;
}
