/** A server and a client of one system, each in a process of its own. */
import type { ServerUsage } from "./asks.ts";
import { Program } from "./program.ts";
import type { RuntimeName } from "./system.ts";

const SERVER = new URL("./server.ts", import.meta.url);
const CLIENT = new URL("./client.ts", import.meta.url);

/** The runtimes of a server and its client. */
export interface Setting {
  readonly server: RuntimeName;
  readonly client: RuntimeName;
}

/** The name of a setting in tables. */
export function nameOf({ server, client }: Setting): string {
  return server === client ? server : `${client} to ${server}`;
}

/** What a pair is started with. */
export interface PairChoice {
  readonly system: string;
  readonly setting: Setting;
  /** Where the packages of peers are. */
  readonly peers: string;
}

/** A server; and its client, when one is started. Disposing of it kills both. */
export class Pair implements AsyncDisposable {
  /** Where the server is. */
  readonly url: string;
  /** The server's program. */
  readonly server: Program;
  readonly #choice: PairChoice;
  #client: Program | undefined;

  private constructor(server: Program, url: string, choice: PairChoice) {
    this.server = server;
    this.url = url;
    this.#choice = choice;
  }

  /** Starts the server. */
  static async start(choice: PairChoice): Promise<Pair> {
    const args = ["--system", choice.system, "--peers", choice.peers];
    const runtime = choice.setting.server;
    const server = await Program.start({ file: SERVER, runtime, args });
    return new Pair(server, await server.first, choice);
  }

  /** The client's program; it connects to the server, or to what stands before it. */
  async client(url: string = this.url): Promise<Program> {
    const { system, setting, peers } = this.#choice;
    const args = ["--system", system, "--peers", peers, "--url", url];
    this.#client ??= await Program.start({ file: CLIENT, runtime: setting.client, args });
    return this.#client;
  }

  /** What the server has used so far. */
  usage(): Promise<ServerUsage> {
    return this.server.ask("usage");
  }

  /** Kills both programs. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client?.[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }
}
