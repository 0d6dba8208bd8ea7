/** Sockets of a client, opened. */

/** Connects; settles when the socket is open. */
export function connectSocket(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  return new Promise((resolve, reject) => {
    socket.onopen = () => resolve(socket);
    socket.onerror = () => reject(new Error(`Cannot connect to "${url}"`));
  });
}
