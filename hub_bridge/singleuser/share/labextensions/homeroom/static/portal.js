// Asks the portal, through the notebook server that this page comes from. No token is known here.

/** What was asked was refused, or nobody answered. The message is a sentence; `page` is where to go on, `folder` the assignment's. */
export class Refused extends Error {
  constructor(message, { page, folder } = {}) {
    super(message);
    this.page = page;
    this.folder = folder;
  }
}

export class Portal {
  constructor({ services, coreutils }) {
    this.connection = services.ServerConnection;
    this.join = coreutils.URLExt.join;
    this.settings = services.ServerConnection.makeSettings();
  }

  /** Until when, the last receipt or what is announced; null where the file belongs to no assignment and no seminar. */
  async state(path) {
    const told = await this.get("state", path);
    return told.assignment ? told : null;
  }

  async get(what, path) {
    return this.send(`${what}?path=${encodeURIComponent(path)}`, { method: "GET" });
  }

  async post(what, path, more = {}) {
    return this.send(what, { method: "POST", body: JSON.stringify({ ...more, path }) });
  }

  async send(what, request) {
    const address = this.join(this.settings.baseUrl, "homeroom", "api", what);
    let answer;
    let told;
    try {
      answer = await this.connection.makeRequest(address, request, this.settings);
      told = await answer.json();
    } catch {
      throw new Refused("Your notebook server does not answer. Is it still running? What you last saved is safe.");
    }
    if (!answer.ok) throw new Refused(told.message || `The notebook server said ${answer.status}.`, told);
    return told;
  }
}
