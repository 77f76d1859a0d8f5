package io.flowmap.distill;

import io.flowmap.model.NetworkSpec;
import java.util.Map;

/** Manifest facts of a stage that holds trained networks, by name. */
record ModelFacts(Map<String, NetworkSpec> models, Map<String, String> hashes) {}
