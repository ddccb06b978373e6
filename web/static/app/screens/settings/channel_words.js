// What a channel tells, in words. Needs no page.

export const STAGES = [
  ["started", "started"],
  ["completed", "completed"],
  ["failed", "failed"],
  ["stalled", "stalled"],
];
export const KINDS = [
  ["email", "E-mail"],
  ["teams", "Microsoft Teams"],
  ["slack", "Slack"],
  ["webhook", "Webhook"],
];
const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

export function kindText(kind) {
  return KINDS.find(([key]) => key === kind)?.[1] ?? kind;
}

/** "failed and stalled; of acme; collected for 15 min" @param {object} rule contracts' Rule */
export function ruleText(rule) {
  const parts = [listed(rule.stages)];
  if (!rule.destinations.includes("*")) parts.push(`to ${listed(rule.destinations)}`);
  if (rule.digest_minutes) parts.push(`collected for ${rule.digest_minutes} min`);
  return parts.join("; ");
}

/** "22:00 to 06:00 Europe/Berlin, mon to fri; failures at once" */
export function quietText(quiet) {
  const days = quiet.days.length === 7 ? "every day" : quiet.days.join(", ");
  const pass = quiet.failures_pass ? "; failures are told at once" : "";
  return `${quiet.begins} to ${quiet.ends} ${quiet.time_zone}, ${days}${pass}`;
}

export function whoseText(channel) {
  if (channel.shared || channel.whose === "all") return "everybody's transfers";
  return "your transfers";
}

export function listed(words) {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** A form's state as ChannelRequest, or as ChannelPatch with `patch`. */
export function channelBody(form, { patch = false } = {}) {
  const body = {
    name: form.name.trim(),
    rules: [
      {
        stages: STAGES.map(([key]) => key).filter((key) => form.stages.includes(key)),
        destinations: words(form.destinations).length ? words(form.destinations) : ["*"],
        ...(form.digest_minutes && { digest_minutes: numberOr(form.digest_minutes) }),
      },
    ],
    ...(form.address && { address: form.address.trim() }),
    ...(form.bot_token && { bot_token: form.bot_token.trim() }),
    ...(namesSlackChannel(form) && { slack_channel: form.slack_channel.trim() }),
    ...(form.kind === "email" && form.shared && { mails: words(form.mails) }),
  };
  if (!form.shared) body.whose = form.whose;
  if (form.quiet) body.quiet_hours = quietBody(form);
  else if (patch && form.hadQuiet) body.no_quiet_hours = true;
  return patch ? body : { ...body, id: form.id.trim(), kind: form.kind, shared: form.shared };
}

/** With a new token, or as another channel of the token that is there. */
function namesSlackChannel({ kind, bot_token, slack_channel, hadSlackChannel }) {
  const name = slack_channel.trim();
  return kind === "slack" && name !== "" && Boolean(bot_token || name !== hadSlackChannel);
}

/** What is no number is sent as it is, so that the service refuses it beside its field. */
function numberOr(text) {
  return Number.isFinite(Number(text)) ? Number(text) : text;
}

/** Whether two views of a channel have the same settings. What was sent meanwhile is none. */
export function sameSettings(one, other) {
  return settingsOf(one) === settingsOf(other);
}

function settingsOf(channel) {
  return JSON.stringify([channelForm(channel, ""), channel.rules, channel.host]);
}

function quietBody(form) {
  return {
    time_zone: form.time_zone.trim(),
    begins: form.begins,
    ends: form.ends,
    days: DAYS.filter((day) => form.days.includes(day)),
    failures_pass: form.failures_pass,
  };
}

export function words(text) {
  return text.split(/[\s,;]+/).filter(Boolean);
}

/** An empty form, or one that shows a channel. Rules of which there are several are kept apart. */
export function channelForm(channel, zone) {
  const rule = channel?.rules[0];
  const quiet = channel?.quiet_hours;
  return {
    id: channel?.id ?? "",
    name: channel?.name ?? "",
    kind: channel?.kind ?? "email",
    shared: channel?.shared ?? false,
    whose: channel?.whose ?? "mine",
    address: "",
    bot_token: "",
    slack_channel: channel?.slack_channel ?? "",
    hadSlackChannel: channel?.slack_channel ?? "",
    mails: (channel?.mails ?? []).join(", "),
    stages: rule?.stages ?? ["failed", "stalled"],
    destinations: (rule?.destinations ?? []).filter((each) => each !== "*").join(", "),
    digest_minutes: rule?.digest_minutes ? String(rule.digest_minutes) : "",
    quiet: Boolean(quiet),
    hadQuiet: Boolean(quiet),
    time_zone: quiet?.time_zone ?? zone,
    begins: quiet?.begins ?? "20:00",
    ends: quiet?.ends ?? "07:00",
    days: quiet?.days ?? DAYS,
    failures_pass: quiet?.failures_pass ?? true,
  };
}

export { DAYS };
