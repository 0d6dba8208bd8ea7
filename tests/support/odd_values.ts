/** Values that a program may throw, or log, and that do not become a text as others do. */

function fail(): never {
  throw new Error("Not to be asked");
}

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** What it is, the value, and the message that is made of it. */
export const ODD_VALUES: readonly (readonly [string, unknown, string])[] = [
  ["an object without prototype", Object.create(null), "[object]"],
  ["an object whose text throws", { toString: fail }, "[object]"],
  ["an error with a symbol as message", errorWith({ message: Symbol("m") }), "Symbol(m)"],
  ["an error with a symbol as name", errorWith({ name: Symbol("n") }), "x"],
  ["an error with an object as message", errorWith({ message: Object.create(null) }), "[object]"],
  ["an error whose message throws", errorWith({}, { get: fail }), "[object]"],
  ["a revoked proxy", revoked(), "[object]"],
  ["a symbol", Symbol("s"), "Symbol(s)"],
];

function errorWith(properties: object, message?: PropertyDescriptor): Error {
  const error = Object.assign(new Error("x"), properties);
  return message === undefined ? error : Object.defineProperty(error, "message", message);
}
