/** Numbers: element types and their little-endian bytes, half precision, counter-based random numbers, mergeable statistics. */
package io.flowmap.tensor;
