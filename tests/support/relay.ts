import { connect, createServer, type Socket } from "node:net";

/** A relay between a client and a server on this machine. */
export interface Relay {
  readonly port: number;
  /** Breaks all connections without a word. */
  cut(): void;
  close(): Promise<void>;
}

/** Listens on a port of 127.0.0.1 and passes everything on to another one. */
export function startRelay(targetPort: number): Promise<Relay> {
  const sockets = new Set<Socket>();
  const server = createServer((from) => {
    const to = connect(targetPort, "127.0.0.1");
    for (const [socket, other] of [[from, to], [to, from]] as const) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.pipe(other);
      // A reset is what a cut causes; the other side is told by its own end.
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") throw new Error("the relay has no port");
      const close = (): Promise<void> =>
        new Promise((closed) => {
          cut();
          server.close(() => closed());
        });
      resolve({ port: address.port, cut, close });
    });
  });
}
