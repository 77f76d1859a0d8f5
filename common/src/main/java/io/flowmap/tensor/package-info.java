/** Numbers: element types and their little-endian bytes, half precision, counter-based random numbers, statistics that merge. */
package io.flowmap.tensor;
