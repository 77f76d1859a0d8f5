/**
 * Benchmarks of Flowmap against independent rivals: steps against libtorch, features against PyTorch and ONNX Runtime, metrics against
 * NumPy, ingest against Pillow, and the cost of averaging and recall. Nothing here is on the product's class path.
 */
package io.flowmap.bench;
