/**
 * Derivatives of SameDiff graphs: forward mode ({@link io.flowmap.autodiff.Jvp}), reverse mode ({@link io.flowmap.autodiff.Vjp})
 * from one table of rules, and the static plan that runs the result ({@link io.flowmap.autodiff.Program}).
 */
package io.flowmap.autodiff;
