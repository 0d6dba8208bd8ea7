/** Calls that end with a status other than success. */
import { RpcStatus, type RpcStatusCode } from "../../../src/protocol/status.ts";
import { assertEquals, assertStatus } from "../../support/assert.ts";
import type { InteropContext } from "../context.ts";
import { collect } from "../payloads.ts";

/** Code and message of a handler's status arrive, of one response and of many. */
export async function statusCodeAndMessage(context: InteropContext): Promise<void> {
  const responseStatus = { code: RpcStatus.UNKNOWN, message: "test status message" };
  await assertUnaryStatus(context, responseStatus);
  const responses = context.client.FullDuplexCall([{ responseStatus }]);
  const error = await assertStatus(collect(responses), RpcStatus.UNKNOWN);
  assertEquals(error.rawMessage, responseStatus.message);
}

/** White space and characters of every plane survive. */
export async function specialStatusMessage(context: InteropContext): Promise<void> {
  const message = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n";
  await assertUnaryStatus(context, { code: RpcStatus.UNKNOWN, message });
}

/** A method that the server does not have. */
export async function unimplementedMethod({ client }: InteropContext): Promise<void> {
  const error = await assertStatus(client.UnimplementedCall({}), RpcStatus.UNIMPLEMENTED);
  assertEquals(error.maybeExecuted, false);
}

/** A service that the server does not have. */
export async function unimplementedService({ unimplemented }: InteropContext): Promise<void> {
  const error = await assertStatus(unimplemented.UnimplementedCall({}), RpcStatus.UNIMPLEMENTED);
  assertEquals(error.maybeExecuted, false);
}

async function assertUnaryStatus(
  { client }: InteropContext,
  responseStatus: { readonly code: RpcStatusCode; readonly message: string },
): Promise<void> {
  const error = await assertStatus(client.UnaryCall({ responseStatus }), responseStatus.code);
  assertEquals(error.rawMessage, responseStatus.message);
  assertEquals(error.maybeExecuted, true);
}
