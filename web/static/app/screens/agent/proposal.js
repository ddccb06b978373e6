// One proposal by itself: its owner decides, and auditors look.

import { html } from "../../lib.js";
import { ApiProblem } from "../../api/problem.js";
import { LinkButton } from "../../ui/button.js";
import { Empty } from "../../ui/notice.js";
import { Screen } from "../../ui/screen.js";
import { ProposalCard } from "./card.js";
import { desk } from "./wiring.js";

export default function Proposal({ id }) {
  const { view, error } = desk.proposals.of(id).value;
  if (!view && error instanceof ApiProblem && error.status === 404) return html`<${NotFound} />`;
  const back = view && { href: `/agent/conversations/${encodeURIComponent(view.conversation_id)}`, text: "The conversation" };
  return html`
    <${Screen} title="Proposal" back=${back}>
      <div class="agent-page"><${ProposalCard} id=${id} whole=${true} /></div>
    </${Screen}>
  `;
}

function NotFound() {
  return html`
    <${Screen} title="No such proposal">
      <${Empty} icon="search" title="This proposal is not there, or it is not yours"
        action=${html`<${LinkButton} href="/">Go to Home</${LinkButton}>`}>
        You see what was proposed to you. Auditors and admins see everybody's.
      </${Empty}>
    </${Screen}>
  `;
}
