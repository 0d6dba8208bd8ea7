// deno-lint-ignore-file no-console
/**
 * Runs Bun with the arguments given: the one on the PATH when its version is right, npm's otherwise.
 *
 *     deno run --allow-run --allow-read=. tests/gate/bun.ts test ./tests
 */

const VERSION = "1.4.5";

async function outputOf(command: string, args: string[]): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command(command, {
      args,
      stdin: "null",
      stderr: "inherit",
    }).output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The file to run for Bun; fetched through npm when the right one is not on the PATH. */
export async function findBun(): Promise<string> {
  const show = ["-e", "console.log(Bun.version, process.execPath)"];
  const [version, path] = (await outputOf("bun", show))?.split(" ", 2) ?? [];
  if (version === VERSION && path !== undefined) return path;
  const fetched = await outputOf("npx", ["--yes", `bun@${VERSION}`, ...show]);
  const found = fetched?.split(" ", 2)[1];
  if (found === undefined) throw new Error(`Cannot run Bun ${VERSION}: npx could not start it`);
  return found;
}

async function main(): Promise<void> {
  try {
    await Deno.stat("node_modules");
  } catch {
    // Bun would otherwise fetch whatever version it likes.
    console.error("Cannot run Bun: node_modules is missing, start this with a `deno task`");
    Deno.exit(1);
  }
  const child = new Deno.Command(await findBun(), { args: Deno.args }).spawn();
  Deno.exit((await child.status).code);
}

if (import.meta.main) await main();
