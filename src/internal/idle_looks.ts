/** Who is looked at again and again, until it says that it need not be. */
export interface IdleWatched {
  /** Who is looked at next; for this module alone. */
  nextWatched: IdleWatched | undefined;
  /** Called in the next microtask; true when it wants to be called in the one after that as well. */
  look(): boolean;
}

/** Those who are looked at in the next microtask, in the order in which they came. */
let first: IdleWatched | undefined;
let last: IdleWatched | undefined;

/** Looks at someone in the next microtask. All who are looked at share it. */
export function lookSoon(watched: IdleWatched): void {
  if (last === undefined) {
    first = watched;
    queueMicrotask(lookAtAll);
  } else last.nextWatched = watched;
  last = watched;
}

function lookAtAll(): void {
  let watched = first;
  first = undefined;
  last = undefined;
  try {
    while (watched !== undefined) {
      const current = watched;
      watched = current.nextWatched;
      current.nextWatched = undefined;
      if (current.look()) lookSoon(current);
    }
  } finally {
    // What one of them throws is nothing to the others.
    while (watched !== undefined) {
      const current = watched;
      watched = current.nextWatched;
      current.nextWatched = undefined;
      lookSoon(current);
    }
  }
}
