import { CADDY } from "./support/gateways.mjs";
import { suite } from "./support/suite.mjs";

suite(CADDY);
