/** The chat's page, and the library itself, in a real browser. */
import { ChatService } from "../../examples/chat/chat_service.ts";
import { ScriptedMember } from "../../examples/chat/members.ts";
import type { ChatServer } from "../../examples/chat/server.ts";
import { startDenoServer } from "../../examples/chat/server_deno.ts";
import { createChatPage, createWebPage } from "../../examples/chat/web_page.ts";
import { RpcError, type RpcPeerEndpoint, RpcStatus } from "../../mod.ts";
import { denoRpcHandler } from "../../src/adapters/deno.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { runtime, skippedTest, test } from "../support/test.ts";
import { Chromium, findChromium, type Page } from "./chromium.ts";
import { createProbe, PageProbe } from "./probe.ts";

function startChat(port = 0): Promise<ChatServer> {
  return createChatPage().then((page) =>
    startDenoServer({ port, page, contracts: [new ChatService()] })
  );
}

async function enter(page: Page, name: string): Promise<void> {
  await page.waitFor("document.querySelector('#welcome').open");
  await page.waitFor("document.activeElement.id === 'name'");
  await page.type(name);
  await page.pressEnter();
  await page.waitFor(`document.querySelector("#people").textContent.includes("${name} (you)")`);
}

function waitForText(page: Page, selector: string, text: string): Promise<unknown> {
  const [where, what] = [JSON.stringify(selector), JSON.stringify(text)];
  return page.waitFor(
    `[...document.querySelectorAll(${where})].some((e) => e.innerText.includes(${what}))`,
  );
}

async function testChatPage(path: string): Promise<void> {
  await using browser = await Chromium.start(path);
  const server = await startChat();
  const page = await browser.open(`http://127.0.0.1:${server.port}`);
  await enter(page, "Grace");
  await waitForText(page, "#connection", "Connected");
  await waitForText(page, "#round-trip", "ms");

  const ada = ScriptedMember.connect("Ada", `ws://127.0.0.1:${server.port}/rpc`);
  assertEquals(await ada.join("general"), ["Grace", "Ada"]);
  await waitForText(page, "#people", "Ada");
  await waitForText(page, ".event", "Ada joined");

  // What the page sends arrives; what it is writing is seen before.
  const drafts = ada.talk(new ReadableStream<string>())[Symbol.asyncIterator]();
  await page.waitFor("document.activeElement.id === 'text'");
  await page.type("Hello Ada");
  assertEquals((await drafts.next()).value?.text, "Hello Ada");
  await page.pressEnter();
  const heard = await ada.next("message");
  assertEquals([heard.message.from.name, heard.message.text], ["Grace", "Hello Ada"]);
  await waitForText(page, ".own .body", "Hello Ada");
  assertEquals(await page.evaluate("document.querySelector('#text').value"), "");

  await ada.send("<b>Hello</b> Grace");
  await ada.next("message");
  await waitForText(page, ".message:not(.own) .body", "<b>Hello</b> Grace");

  const file = await Deno.makeTempFile({ suffix: ".bin" });
  await Deno.writeFile(file, new Uint8Array(200_000));
  await page.chooseFile("#file", file);
  const shared = await ada.next("message");
  assertEquals(shared.message.file?.bytes, 200_000);
  await waitForText(page, ".own .file", "195.3 KiB");
  await page.waitFor("document.querySelector('#upload').hidden");
  assertEquals(await ada.download(shared.message.file?.id ?? ""), 200_000);

  await drafts.return?.();
  await ada.leave();
  await waitForText(page, ".event", "Ada left");
  await server.stop();
  await Deno.remove(file);
}

async function testReconnect(path: string): Promise<void> {
  await using browser = await Chromium.start(path);
  const first = await startChat();
  const page = await browser.open(`http://127.0.0.1:${first.port}/#ideas`);
  await enter(page, "Grace");
  await waitForText(page, "#room-name", "ideas");
  await first.stop();
  await page.waitFor("!document.querySelector('#notice').hidden");
  await waitForText(page, "#connection", "Offline");

  const second = await startChat(first.port);
  // Never mind the wait between attempts: the button does not wait.
  await page.evaluate("document.querySelector('#reconnect').click()");
  await waitForText(page, "#connection", "Connected");
  assert(await page.evaluate("document.querySelector('#notice').hidden"));

  const ben = ScriptedMember.connect("Ben", `ws://127.0.0.1:${second.port}/rpc`);
  assertEquals(await ben.join("ideas"), ["Grace", "Ben"]);
  await waitForText(page, "#people", "Ben");
  await ben.leave();
  await second.stop();
}

async function testLibrary(path: string): Promise<void> {
  await using browser = await Chromium.start(path);
  let connected: RpcPeerEndpoint | undefined;
  const probe = createProbe({
    fail() {
      throw new RpcError(RpcStatus.NOT_FOUND, "No such thing: Ω");
    },
    askPage: async () => await connected?.client(PageProbe).title(null) ?? "",
  });
  const fallback = await createWebPage({
    program: new URL("library_page.ts", import.meta.url),
    files: { "/": new URL("library_page.html", import.meta.url) },
  });
  const handler = denoRpcHandler({
    contracts: [probe],
    path: "/rpc",
    fallback,
    onConnection: (endpoint) => void (connected = endpoint),
  });
  const listening = { port: 0, hostname: "127.0.0.1", onListen: () => {} };
  const server = Deno.serve(listening, handler);
  const page = await browser.open(`http://127.0.0.1:${server.addr.port}`);
  await page.waitFor("typeof check === 'function'");
  const results: Record<string, unknown> = {};
  for (const name of Object.keys(LIBRARY_RESULTS)) {
    results[name] = await page.evaluate(`check("${name}")`);
  }
  assertEquals(results, LIBRARY_RESULTS);
  await handler.server.stop();
  await server.shutdown();
}

const LIBRARY_RESULTS: Record<string, unknown> = {
  unary: ["Grüße 🎉", 86_400_000, "1152921504606846976", [1, 2, 255]],
  serverStream: [10_000, 10_000],
  clientStream: { count: 3000, sum: 4_498_500 },
  bidirectional: [2, 4, 6],
  leavingTheLoop: true,
  cancel: [RpcStatus.CANCELLED, true],
  deadline: RpcStatus.DEADLINE_EXCEEDED,
  largeMessage: [true, "ping"],
  error: [RpcStatus.NOT_FOUND, "No such thing: Ω"],
  askPage: "A page that calls",
  health: [true, true, 0],
};

const TESTS: Record<string, (path: string) => Promise<void>> = {
  "the page of the chat joins, talks and uploads in Chromium": testChatPage,
  "the page of the chat comes back after the server was away": testReconnect,
  "the library runs in a page: all shapes, cancel, large messages, both directions": testLibrary,
};

const chromium = runtime === "deno" ? await findChromium() : undefined;
for (const [name, body] of Object.entries(TESTS)) {
  if (runtime !== "deno") skippedTest(name, "runs under Deno");
  else if (chromium === undefined) skippedTest(name, "no Chromium was found");
  else test(name, () => body(chromium));
}
