/**
 * Derivatives of SameDiff graphs: forward mode ({@link io.flowmap.graph.Jvp}), reverse mode ({@link io.flowmap.graph.Vjp})
 * from one table of rules, and the static plan that runs the result ({@link io.flowmap.engine.Program}).
 */
package io.flowmap.graph;
