/** Drives Chromium through its DevTools protocol, with nothing but the platform's WebSocket. */

/** Where Chromium may be, beside the PATH. */
const NAMES = ["/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome"];

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
  "--remote-debugging-port=0",
];

/** How long anything on a page may take; a machine under load is slow. */
const WAIT_MS = 30_000;

/** How long the browser may take to close before it is killed. */
const CLOSE_MS = 10_000;

/** What the browser answers to a command; only the members that are asked for are looked at. */
type Answer = Readonly<Record<string, unknown>>;

/** The program to run; undefined where there is none. */
export async function findChromium(): Promise<string | undefined> {
  for (const name of NAMES) {
    try {
      const { success } = await new Deno.Command(name, { args: ["--version"], stderr: "null" })
        .output();
      if (success) return name;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return undefined;
}

/** A browser of its own, with its own empty profile. */
export class Chromium implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #profile: string;
  readonly #socket: WebSocket;
  readonly #says: Promise<void>;
  readonly #waiting: Map<number, PromiseWithResolvers<Answer>> = new Map();
  #lastId = 0;

  private constructor(
    child: Deno.ChildProcess,
    profile: string,
    { socket, says }: { socket: WebSocket; says: Promise<void> },
  ) {
    this.#child = child;
    this.#profile = profile;
    this.#socket = socket;
    this.#says = says;
    socket.onmessage = ({ data }) => this.#take(JSON.parse(data));
    socket.onclose = () => {
      for (const { reject } of this.#waiting.values()) reject(new Error("Chromium is gone"));
    };
  }

  /** Starts a browser. */
  static async start(path: string): Promise<Chromium> {
    const profile = await Deno.makeTempDir({ prefix: "chromium-" });
    const child = new Deno.Command(path, {
      args: [...FLAGS, `--user-data-dir=${profile}`, "about:blank"],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const { address, says } = readAddress(child.stderr);
    const socket = new WebSocket(await address);
    await new Promise<void>((resolve, reject) => {
      socket.onopen = () => resolve();
      socket.onerror = () => reject(new Error("Cannot connect to Chromium"));
    });
    return new Chromium(child, profile, { socket, says });
  }

  /** Opens a page in a tab of its own. */
  async open(url: string): Promise<Page> {
    const { targetId } = await this.send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true });
    const page = new Page((method, params) => this.send(method, params, String(sessionId)));
    await page.start(url);
    return page;
  }

  /** Sends one command. */
  send(method: string, params: object = {}, sessionId?: string): Promise<Answer> {
    const id = ++this.#lastId;
    const answer = Promise.withResolvers<Answer>();
    this.#waiting.set(id, answer);
    this.#socket.send(JSON.stringify({ id, method, params, sessionId }));
    return answer.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#socket.addEventListener("close", () => resolve());
    });
    const patience = setTimeout(() => this.#child.kill("SIGKILL"), CLOSE_MS);
    // It ends before it answers, or not.
    this.send("Browser.close").catch(() => {});
    await Promise.all([closed, this.#child.status, this.#says]);
    clearTimeout(patience);
    await Deno.remove(this.#profile, { recursive: true });
  }

  #take(message: { id?: number; result?: Answer; error?: { message: string } }): void {
    if (message.id === undefined) return;
    const answer = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.error === undefined) answer?.resolve(message.result ?? {});
    else answer?.reject(new Error(`Chromium answered: ${message.error.message}`));
  }
}

/** Finds the address of the DevTools in what the browser says, and reads on so that it never blocks. */
function readAddress(
  stderr: ReadableStream<Uint8Array>,
): { address: Promise<string>; says: Promise<void> } {
  const address = Promise.withResolvers<string>();
  const read = async (): Promise<void> => {
    const decoder = new TextDecoder();
    let text = "";
    for await (const part of stderr) {
      text = (text + decoder.decode(part, { stream: true })).slice(-10_000);
      const found = /DevTools listening on (ws:\S+)/.exec(text)?.[1];
      if (found !== undefined) address.resolve(found);
    }
    address.reject(new Error(`Chromium ended before it listened: ${text}`));
  };
  return { address: address.promise, says: read() };
}

/** One page. */
export class Page {
  readonly #send: (method: string, params?: object) => Promise<Answer>;

  constructor(send: (method: string, params?: object) => Promise<Answer>) {
    this.#send = send;
  }

  /** Goes to an address. */
  async start(url: string): Promise<void> {
    await this.#send("Page.enable");
    // Several pages are typed into in turn: each behaves as though it were in front.
    await this.#send("Emulation.setFocusEmulationEnabled", { enabled: true });
    await this.#send("Page.navigate", { url });
  }

  /** The value of an expression, waited for when it is a promise. */
  async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.#send("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
      userGesture: true,
    });
    if (exceptionDetails !== undefined) {
      throw new Error(`The page threw: ${JSON.stringify(exceptionDetails)}`);
    }
    // The test that asks knows what its expression gives.
    return (result as { value: T }).value;
  }

  /** Waits until an expression is true; answers with its value. */
  async waitFor<T>(expression: string): Promise<T> {
    const end = performance.now() + WAIT_MS;
    while (performance.now() < end) {
      // A page that is being left loses what was asked of it: it is asked again.
      const value = await this.evaluate<T>(expression).catch(() => undefined);
      if (value) return value;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    const body = await this.evaluate<string>("document.body.innerText");
    throw new Error(`Waited in vain for ${expression}; the page shows: ${body}`);
  }

  /** Types into whatever has the focus. */
  async type(text: string): Promise<void> {
    await this.#send("Input.insertText", { text });
  }

  /** Presses Enter. */
  async pressEnter(): Promise<void> {
    const key = { key: "Enter", code: "Enter", windowsVirtualKeyCode: 13, text: "\r" };
    await this.#send("Input.dispatchKeyEvent", { type: "keyDown", ...key });
    await this.#send("Input.dispatchKeyEvent", { type: "keyUp", ...key });
  }

  /** Chooses a file in a field. */
  async chooseFile(selector: string, path: string): Promise<void> {
    const { result } = await this.#send("Runtime.evaluate", {
      expression: `document.querySelector(${JSON.stringify(selector)})`,
    });
    // An element is answered as a reference to it.
    const { objectId } = result as { objectId: string };
    await this.#send("DOM.setFileInputFiles", { objectId, files: [path] });
  }

  /** Looks at the page as on a screen of this size. */
  async setScreen(
    width: number,
    height: number,
    scheme: "light" | "dark" = "light",
  ): Promise<void> {
    const size = { width, height, deviceScaleFactor: 1, mobile: false };
    await this.#send("Emulation.setDeviceMetricsOverride", size);
    const features = [{ name: "prefers-color-scheme", value: scheme }];
    await this.#send("Emulation.setEmulatedMedia", { features });
  }

  /** A picture of what is seen, PNG. */
  async takePicture(): Promise<Uint8Array> {
    const { data } = await this.#send("Page.captureScreenshot", { format: "png" });
    return Uint8Array.from(atob(String(data)), (letter) => letter.charCodeAt(0));
  }
}
