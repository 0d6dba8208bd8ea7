/** Calls over an adapter: shapes, metadata, errors, deadlines, cancelling, both directions. */
import type { RpcPeerEndpoint } from "../../../src/endpoints/peer.ts";
import { createDeferred } from "../../../src/internal/deferred.ts";
import { RpcError } from "../../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../../src/protocol/status.ts";
import { gzipCompression } from "../../../src/transports/gzip_compression.ts";
import { Client } from "../adapter_service.ts";
import type { SuiteTest } from "../adapter_suite.ts";
import { assert, assertEquals, assertStatus } from "../assert.ts";

export const callTests: readonly SuiteTest[] = [
  ["serves calls of all four shapes at once", async (start) => {
    await using server = start();
    await using client = server.connect();
    const { service } = client;
    const answers = await Promise.all([
      service.add({ a: 1, b: 2 }),
      Array.fromAsync(service.count(2000)),
      service.sum(Array.from({ length: 2000 }, (_, index) => index)),
      Array.fromAsync(service.double([1, 2, 3])),
    ]);
    assertEquals(answers[0], 3);
    assertEquals(answers[1].length, 2000);
    assertEquals(answers[2], 1_999_000);
    assertEquals(answers[3], [2, 4, 6]);
    assertEquals(client.endpoint.transport.openStreams, 0);
  }],

  ["carries metadata, headers and trailers, and knows the peer", async (start) => {
    await using server = start();
    await using client = server.connect();
    const seen: (string | undefined)[] = [];
    const answer = await client.service.meet(null, {
      metadata: { "x-name": "Ada" },
      onHeaders: (headers) => seen.push(headers.get("x-header")),
      onTrailers: (trailers) => seen.push(trailers.get("x-trailer")),
    });
    assertEquals(seen, ["head", "tail"]);
    assertEquals(answer.name, "Ada");
    assertEquals(answer.protocol, "rpc-ts.v1");
    assert(/^127\.0\.0\.1:\d+$/.test(answer.address), `address is "${answer.address}"`);
  }],

  ["carries errors as they are, and foreign ones without their text", async (start) => {
    const errors: unknown[] = [];
    await using server = start({ onHandlerError: (error) => errors.push(error) });
    await using client = server.connect();
    const known = await assertStatus(
      client.service.fail("rpc"),
      RpcStatus.NOT_FOUND,
      "No such thing",
    );
    assertEquals(known.details.map(({ type }) => type), ["google.rpc.ErrorInfo"]);
    const unknown = await assertStatus(client.service.fail("other"), RpcStatus.INTERNAL);
    assert(!unknown.message.includes("secret"), unknown.message);
    assertEquals(errors.map(String), ["Error: a secret"]);
  }],

  ["ends a call at its deadline, on both sides", async (start) => {
    await using server = start();
    await using client = server.connect();
    const call = client.service.wait(null, { timeoutMs: 50 });
    await assertStatus(call, RpcStatus.DEADLINE_EXCEEDED);
    const reason = await server.probe.aborted.promise;
    assert(reason instanceof RpcError, "the handler was not told why");
  }],

  ["tells the handler that its call was cancelled", async (start) => {
    await using server = start();
    await using client = server.connect();
    const controller = new AbortController();
    const call = client.service.wait(null, { signal: controller.signal });
    await server.probe.entered.promise;
    controller.abort();
    await assertStatus(call, RpcStatus.CANCELLED);
    const reason = await server.probe.aborted.promise;
    assert(reason instanceof RpcError && reason.code === RpcStatus.CANCELLED, String(reason));
  }],

  ["lets the server call its client, from the hook and from a handler's time on", async (start) => {
    const named = createDeferred<string>();
    const endpoints: RpcPeerEndpoint[] = [];
    await using server = start({
      async onConnection(endpoint) {
        endpoints.push(endpoint);
        named.resolve(await endpoint.client(Client).name(null));
      },
    });
    await using client = server.connect({ name: "Grace" });
    await client.service.add({ a: 1, b: 1 });
    assertEquals(await named.promise, "Grace");
    assertEquals([...server.http.server.endpoints], endpoints);
    const [endpoint] = endpoints;
    assertEquals(await endpoint?.client(Client).name(null), "Grace");
  }],

  ["puts what authorize returned where handlers find it", async (start) => {
    await using server = start({
      async authorize(request, { address, protocol }) {
        await Promise.resolve();
        const token = new URL(request.url).searchParams.get("token");
        return { token, protocol, hasAddress: address?.startsWith("127.0.0.1:") };
      },
    });
    await using client = server.connect({ url: `${server.url}?token=t-1` });
    const { auth } = await client.service.meet(null);
    assertEquals(auth, { token: "t-1", protocol: "rpc-ts.v1", hasAddress: true });
  }],

  ["compresses messages where both sides ask for it, and not otherwise", async (start) => {
    const compression = gzipCompression({ minBytes: 100 });
    for (const [there, here] of [[true, true], [true, false], [false, true], [false, false]]) {
      await using server = start(there ? { compression } : {});
      await using client = server.connect(here ? { compression } : {});
      // A call that is made before the server has said hello goes as it is.
      await client.service.add({ a: 1, b: 1 });
      const bytes = new Uint8Array(1024 * 1024);
      assertEquals(await client.service.echo(bytes), bytes);
      const [far] = server.http.server.endpoints;
      for (const { transport } of [client.endpoint, far ?? client.endpoint]) {
        const sent = Number(transport.health().details["bytesSent"]);
        assertEquals(sent < bytes.length / 10, there && here, `${there} ${here} ${sent}`);
      }
    }
  }],

  ["answers the ping", async (start) => {
    await using server = start();
    await using client = server.connect();
    assert((await client.endpoint.ping()).roundTripMs >= 0, "no round trip");
  }],
];
