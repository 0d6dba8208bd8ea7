import { memoryMaker } from "../support/memory_pair.ts";
import { testTransport } from "../support/transport_suite.ts";

testTransport(memoryMaker);
