// deno-lint-ignore-file no-console
/**
 * Both ends serve and call over one connection: a server that asks its clients. Who opened the
 * connection makes no difference to who may call.
 *
 *     deno run examples/05_peer.ts
 *     bun examples/05_peer.ts
 */
import {
  createMemoryTransportPair,
  defineContract,
  implement,
  RpcPeerEndpoint,
  serverStream,
  unary,
} from "../mod.ts";

// What the hub offers to devices …
const Hub = defineContract("Hub", {
  register: unary<{ device: string }, { interval: number }>(),
});
// … and what devices offer to the hub.
const Device = defineContract("Device", {
  status: unary<null, { battery: number }>(),
  log: serverStream<{ lines: number }, string>(),
});

const hub = implement(Hub, {
  register({ device }) {
    console.log(`Hub: ${device} has registered`);
    return { interval: 30 };
  },
});
const device = implement(Device, {
  status: () => ({ battery: 87 }),
  async *log({ lines }) {
    for (let line = 1; line <= lines; line++) yield `line ${line}: all is well`;
  },
});

const [hubSide, deviceSide] = createMemoryTransportPair();
await using hubPeer = new RpcPeerEndpoint({ transport: hubSide, contracts: [hub] });
await using devicePeer = new RpcPeerEndpoint({ transport: deviceSide, contracts: [device] });
hubPeer.start();
devicePeer.start();

const { interval } = await devicePeer.client(Hub).register({ device: "thermostat-7" });
console.log(`Device: reports every ${interval} s`);

const { battery } = await hubPeer.client(Device).status(null);
console.log(`Hub: battery is at ${battery} %`);
for await (const line of hubPeer.client(Device).log({ lines: 3 })) console.log(`Hub: ${line}`);
