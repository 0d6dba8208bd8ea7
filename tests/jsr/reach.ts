/** Loads packages of JSR, which is not in reach everywhere. */

/** A module of JSR, or why there is none. */
export type Reached<T> =
  | { readonly module: T; readonly reason?: undefined }
  | { readonly module?: undefined; readonly reason: string };

// Where packets vanish, an import would hang for minutes.
const LIMIT_MS = 20_000;

/** Imports what `deno.json` calls `name`; never rejects. */
export async function reach<T>(name: string): Promise<Reached<T>> {
  if (!("Deno" in globalThis)) return { reason: "only Deno reads the import map" };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${LIMIT_MS} ms`)), LIMIT_MS);
  });
  try {
    // A literal name would be loaded before anything runs, and the failure could not be caught.
    // The caller names the shape of the module; its tests call what they use.
    return { module: await Promise.race([import(name), late]) as T };
  } catch (error) {
    const [line = ""] = String(error instanceof Error ? error.message : error).split("\n");
    return { reason: `JSR is not in reach: ${line}` };
  } finally {
    clearTimeout(timer);
  }
}
