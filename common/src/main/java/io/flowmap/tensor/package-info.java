/** Numbers: element types and their little-endian bytes, half precision, counter-based random numbers. */
package io.flowmap.tensor;
