import { fakeSocketMaker } from "../support/fake_socket_pair.ts";
import { realSocketMaker } from "../support/real_socket_pair.ts";
import { testTransport } from "../support/transport_suite.ts";

testTransport(fakeSocketMaker);
testTransport(realSocketMaker);
