import type { ServedMethod } from "../calls/served_stream.ts";
import { checkContracts } from "../contracts/check_contracts.ts";
import type { RpcResponderContract } from "./responder_contract.ts";

/** Tables of lists that never change. */
const TABLES: WeakMap<readonly RpcResponderContract[], ServiceTable> =
  /* @__PURE__ */ new WeakMap();

/** What is served. A table never changes, so any number of endpoints can share one. */
export class ServiceTable {
  readonly #services: ReadonlyMap<string, RpcResponderContract>;
  readonly #methods: ReadonlyMap<string, ServedMethod>;

  private constructor(
    services: ReadonlyMap<string, RpcResponderContract>,
    methods: ReadonlyMap<string, ServedMethod>,
  ) {
    this.#services = services;
    this.#methods = methods;
  }

  /**
   * The table of these contracts; always the same one for a list that is frozen, as that of a server.
   *
   * @throws {TypeError} When a service is there twice, or a method has no handler
   */
  static of(contracts: readonly RpcResponderContract[]): ServiceTable {
    const known = TABLES.get(contracts);
    if (known !== undefined) return known;
    const table = new ServiceTable(new Map(), new Map()).with(contracts);
    if (Object.isFrozen(contracts)) TABLES.set(contracts, table);
    return table;
  }

  /** Names of the services. */
  get services(): string[] {
    return [...this.#services.keys()];
  }

  /** The method with this path. */
  find(path: string): ServedMethod | undefined {
    return this.#methods.get(path);
  }

  /**
   * A table of these contracts beside those that are there.
   *
   * @throws {TypeError} When a service is there already, or a method has no handler
   */
  with(contracts: readonly RpcResponderContract[]): ServiceTable {
    checkContracts(contracts.map(({ contract }) => contract), this.#services);
    const services = new Map(this.#services);
    const methods = new Map(this.#methods);
    for (const contract of contracts) {
      services.set(contract.contract.name, contract);
      for (const served of contract.getServedMethods()) methods.set(served.method.path, served);
    }
    return new ServiceTable(services, methods);
  }
}
