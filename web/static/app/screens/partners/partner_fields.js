// The fields of a partner, for adding and changing one.

import { html, useState } from "../../lib.js";
import { Button } from "../../ui/button.js";
import { Check, Choice, Field, SelectField, TextField } from "../../ui/field.js";
import { wayChanges } from "./partner_form.js";

const WAYS = [
  ["sftp", "SFTP"],
  ["ftps", "FTPS, explicit TLS"],
  ["ftps-implicit", "FTPS, implicit TLS"],
  ["ftp", "FTP, not encrypted"],
];
const DELIVERY = [
  ["atomic", "Whole or not at all", "A temporary file beside the target gets the target's name when it is whole."],
  ["direct", "Straight to the name", "For a drop box that allows no rename. The file is visible while it is incomplete."],
];

/** @param {{form: object, change(changes: object): void, wrong: Record<string, string>, isNew?: boolean, stored?: string}} p */
export function PartnerFields({ form, change, wrong, isNew = false, stored = "" }) {
  const text = (name, label, hint, more = {}) => html`
    <${TextField} label=${label} hint=${hint} error=${wrong[name]} value=${form[name]} onValue=${(value) => change({ [name]: value })} ...${more} />`;
  return html`
    <div class="form-row">
      ${isNew && text("id", "Id", "1 to 64 of a-z 0-9 -. It never changes.", { required: true, maxlength: 64 })}
      ${text("name", "Name", "What people call it.", { maxlength: 100 })}
    </div>
    ${isNew && html`<${SelectField} label="Protocol" value=${form.way} options=${WAYS} onValue=${(way) => change(wayChanges(form, way))} />`}
    ${isNew && form.way === "ftp" && html`
      <${Check} label="Send the password and the files unencrypted" hint="Anybody on the way can read and change them. Choose FTPS where the partner has it." checked=${form.accepts_unencrypted_login} onValue=${(accepts_unencrypted_login) => change({ accepts_unencrypted_login })} />
      ${wrong.accepts_unencrypted_login && html`<p class="error" role="alert">${wrong.accepts_unencrypted_login}</p>`}`}
    <div class="form-row">
      ${text("host", "Host", "A host name or an IP address.", { required: true, maxlength: 253 })}
      ${text("port", "Port", null, { inputmode: "numeric", maxlength: 5 })}
      ${text("user", "User", "The login at the partner.", { required: true, maxlength: 128 })}
    </div>
    <div class="form-row">
      ${text("base_path", "Base path", "Where paths begin: “/upload”, or “.” for the folder of the login.", { maxlength: 1024 })}
      ${text("max_sessions", "Sessions at once", "1 to 10. Ask the partner how many it allows.", { inputmode: "numeric", maxlength: 2 })}
    </div>
    <${Secrets} form=${form} change=${change} wrong=${wrong} stored=${stored} />
    <${Choice} label="Delivery" name="partner-delivery" value=${form.delivery} options=${DELIVERY} onValue=${(delivery) => change({ delivery })} />
    <${Check} label="Make missing folders" checked=${form.create_folders} onValue=${(create_folders) => change({ create_folders })} />
    <${Check} label="A test may write small files" hint="Without it a test only logs in, and what the server can do stays unknown." checked=${form.probe_writes} onValue=${(probe_writes) => change({ probe_writes })} />
    ${text("probe_name", "Names of a test's files begin with", "For a partner that allows some names only.", { optional: true, maxlength: 100 })}
    ${form.way !== "ftp" && html`<${HostKeys} form=${form} change=${change} error=${wrong.host_keys} />`}
  `;
}

function Secrets({ form, change, wrong, stored }) {
  const ssh = form.way === "sftp";
  const secret = (name, label, hint) => html`
    <${TextField} label=${label} type="password" autocomplete="new-password" hint=${hint} error=${wrong[name]}
      value=${form[name]} onValue=${(value) => change({ [name]: value })} />`;
  return html`
    <fieldset class="field secrets">
      <legend>Credential</legend>
      <p class="hint">${stored || (ssh ? "A password, a private key, or both, for servers that ask for one after the other." : "A password.")} It goes to the vault and is never shown again.</p>
      ${wrong.credential && html`<p class="error" role="alert">${wrong.credential}</p>`}
      ${secret("password", "Password", null)}
      ${ssh && html`<${PrivateKey} form=${form} change=${change} error=${wrong.private_key} />`}
      ${ssh && (form.private_key || form.passphrase) && secret("passphrase", "Passphrase of the key", "Only if the key has one.")}
    </fieldset>
  `;
}

const MAX_KEY_BYTES = 32_768;

/** A key is pasted, or read from a file. It is in the form only, until that is sent or closed. */
function PrivateKey({ form, change, error }) {
  const [refused, refuse] = useState(null);
  const read = async (event) => {
    const input = event.currentTarget;
    const [file] = input.files;
    if (!file) return;
    if (file.size > MAX_KEY_BYTES) refuse("This file is too long to be a private key.");
    else {
      refuse(null);
      change({ private_key: await file.text() });
    }
    input.value = ""; // the same file can be chosen again
  };
  return html`
    <${Field} label="Private key" hint="OpenSSH or PEM, with its first and last line." error=${refused ?? error}>
      ${(control) => html`<textarea class="input mono secret-text" rows="4" autocomplete="off" spellcheck="false" ...${control}
        value=${form.private_key} onInput=${(event) => change({ private_key: event.currentTarget.value })}></textarea>`}
    </${Field}>
    <div class="actions">
      <label class="button small file-button">Choose a file<input type="file" class="unseen" onChange=${read} /></label>
      ${form.private_key && html`<${Button} kind="quiet small" onClick=${() => change({ private_key: "", passphrase: "" })}>Clear the key</${Button}>`}
    </div>
  `;
}

const KEYS_HINT = "One a line, as in known_hosts without the host: “ssh-ed25519 AAAA…”. Without one, a test shows the server's key, to be compared and confirmed.";
const PINS_HINT = "One a line: “tls-certificate-sha256” or “tls-public-key-sha256”, a blank, and 64 hexadecimal digits. Without one, a public authority has to vouch for the server, or a test shows its certificate, to be compared and confirmed.";

function HostKeys({ form, change, error }) {
  return html`
    <${Field} label=${form.way === "sftp" ? "Host keys" : "Pinned certificates"} optional=${true} error=${error} hint=${form.way === "sftp" ? KEYS_HINT : PINS_HINT}>
      ${(control) => html`<textarea class="input mono" rows="3" autocomplete="off" spellcheck="false" ...${control}
        value=${form.host_keys} onInput=${(event) => change({ host_keys: event.currentTarget.value })}></textarea>`}
    </${Field}>
  `;
}
