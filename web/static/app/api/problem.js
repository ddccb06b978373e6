// What can go wrong with a call, as two kinds of errors.

/** The API answered, and refused (RFC 9457). `errors` name the wrong fields of a request. */
export class ApiProblem extends Error {
  constructor(status, document, retryAfterSeconds = null) {
    const said = typeof document?.detail === "string" ? document.detail : `HTTP ${status}`;
    super(said);
    this.name = "ApiProblem";
    this.status = status;
    this.code = typeof document?.code === "string" ? document.code : "unknown";
    this.detail = said;
    this.requestId = typeof document?.request_id === "string" ? document.request_id : null;
    this.errors = Array.isArray(document?.errors) ? document.errors : [];
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** The message for a field of the request, or null: `of("source.bucket")`. */
  of(field) {
    const found = this.errors.find((each) => each?.field === field);
    return found ? String(found.message) : null;
  }
}

/** No answer came: no network, no server, or it took too long. Whether the call was served is not
 * known. */
export class Unreachable extends Error {
  constructor(reason) {
    super(`FileFerry does not answer (${reason}). Check your connection; it is tried again.`);
    this.name = "Unreachable";
  }
}

/** The session is over. The console shows the login, so nobody has to tell of it. */
export class SignedOut extends Error {
  constructor() {
    super("You are signed out.");
    this.name = "SignedOut";
  }
}
