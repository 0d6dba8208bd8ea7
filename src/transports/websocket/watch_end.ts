import type { ConnectionOwner } from "../connection/connection_options.ts";

/** An owner of a connection that calls `onEnded` besides, before anybody else is told of the end. */
export function watchEnd(owner: ConnectionOwner, onEnded: () => void): ConnectionOwner {
  return {
    onConnectionEvent(event, channel): void {
      if (event.kind === "ended") onEnded();
      owner.onConnectionEvent(event, channel);
    },
  };
}
