/** One training step of ours to be measured, and how two contenders are compared. */
package io.flowmap.bench.step;
