import { SendingTurn } from "../../../src/transports/connection/sending_turn.ts";
import { assertEquals } from "../../support/assert.ts";
import { test } from "../../support/test.ts";

const BYTES = 16 * 1024 * 1024;
const FRAMES = 64 * 1024;

test("SendingTurn is over after so many bytes, or frames", () => {
  const turn = new SendingTurn();
  const isOver = (frames: number, bytes: number): boolean => turn.isOver({ frames, bytes });
  assertEquals([isOver(FRAMES, BYTES), isOver(FRAMES + 1, 0), isOver(0, BYTES + 1)], [
    false,
    true,
    true,
  ]);
  turn.begin({ frames: FRAMES, bytes: BYTES });
  assertEquals([isOver(2 * FRAMES, 2 * BYTES), isOver(2 * FRAMES + 1, 0)], [false, true]);
});
