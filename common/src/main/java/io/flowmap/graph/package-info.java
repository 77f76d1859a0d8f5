/**
 * Derivatives of SameDiff graphs: forward mode ({@link io.flowmap.graph.Jvp}) and reverse mode ({@link io.flowmap.graph.Vjp}) from one
 * table of rules. {@link io.flowmap.engine.Program} runs the result.
 */
package io.flowmap.graph;
