import { ENVOY } from "./support/gateways.mjs";
import { suite } from "./support/suite.mjs";

suite(ENVOY);
