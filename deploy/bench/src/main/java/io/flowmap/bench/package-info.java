/**
 * Benchmarks of Flowmap against independent rivals: one distillation step against libtorch, parameter averaging against
 * its alternatives. Nothing here is on the product's class path.
 */
package io.flowmap.bench;
