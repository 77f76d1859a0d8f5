/** One training step to be measured, and the comparison of two implementations. */
package io.flowmap.bench.step;
