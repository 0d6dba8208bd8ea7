// deno-lint-ignore-file no-console
/**
 * A chat: a server with its page, and two scripted members who show all four shapes of call.
 *
 *     deno task demo                         on Deno's own server
 *     bun examples/chat/main.ts              on Bun's own server
 *
 * It serves until Ctrl-C. `--hono` puts it into a Hono app, `--port 9000` changes the port, `--once`
 * ends when the script has been played.
 */
import process, { argv, env, exit, stdout } from "node:process";
import { parseArgs } from "node:util";
import { ChatService } from "./chat_service.ts";
import { playScript } from "./members.ts";
import {
  type ChatServer,
  type ChatServerOptions,
  HOSTNAME,
  isPortTaken,
  RPC_PATH,
} from "./server.ts";
import { startBunServer } from "./server_bun.ts";
import { startDenoServer } from "./server_deno.ts";
import { startHonoServer } from "./server_hono.ts";
import { Transcript } from "./transcript.ts";
import { createChatPage } from "./web_page.ts";

const { values: flags } = parseArgs({
  // A task runner may hand on the "--" that sets its own flags apart from these.
  args: argv.slice(2).filter((argument) => argument !== "--"),
  options: {
    port: { type: "string", default: "8080" },
    once: { type: "boolean", default: false },
    hono: { type: "boolean", default: false },
  },
});

function start(options: ChatServerOptions): ChatServer {
  if (flags.hono) return startHonoServer(options);
  return "Bun" in globalThis ? startBunServer(options) : startDenoServer(options);
}

/** With `--once` nobody has to find the page: any port will do. */
function startSomewhere(options: ChatServerOptions): ChatServer {
  try {
    return start(options);
  } catch (error) {
    if (!isPortTaken(error)) throw error;
    if (flags.once) return start({ ...options, port: 0 });
    console.error(`Port ${options.port} is taken. Choose another one with --port`);
    exit(1);
  }
}

const port = Number(flags.port);
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error(`The port is "${flags.port}", expected a number from 0 to 65535`);
  exit(2);
}
const page = await createChatPage();
const server = startSomewhere({ port, contracts: [new ChatService()], page });
const address = `${HOSTNAME}:${server.port}`;
const transcript = new Transcript(stdout.isTTY && env["NO_COLOR"] === undefined);

transcript.title(`Chat on ${server.runtime}: http://${address}`);
await playScript({
  url: `ws://${address}${RPC_PATH}`,
  transcript,
  letterMs: flags.once ? 4 : 60,
});

if (!flags.once) {
  transcript.title(`Open http://${address} in two windows. Ctrl-C ends.`);
  await new Promise<void>((resolve) => process.once("SIGINT", resolve));
}
await server.stop();
transcript.title("Good bye.");
