/** The wires that the programs can be told to speak. */

/** Name of a wire, as `--wire` takes it. */
export type InteropWire = "native";

/** The sub-protocol that each wire is agreed on by. */
const PROTOCOLS: Readonly<Record<InteropWire, string>> = { native: "rpc-ts.v1" };

/** The wires that this version speaks. */
export const WIRES = Object.keys(PROTOCOLS);

/**
 * Reads the name of a wire.
 *
 * @throws {RangeError} When this version does not speak it
 */
export function parseWire(name: string): InteropWire {
  if (Object.hasOwn(PROTOCOLS, name)) return name as InteropWire;
  throw new RangeError(
    `Cannot speak the wire "${name}": this version speaks only ${
      WIRES.map((wire) => `"${wire}"`).join(", ")
    }`,
  );
}

/** The sub-protocols to offer. */
export function protocolsOf(wire: InteropWire): readonly string[] {
  return [PROTOCOLS[wire]];
}
