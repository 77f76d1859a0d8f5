/** The rivals' steps in libtorch. */
package io.flowmap.bench.torch;
