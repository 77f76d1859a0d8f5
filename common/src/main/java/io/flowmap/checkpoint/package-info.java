/** Checkpoints: arrays as safetensors, the rest as JSON, published atomically. */
package io.flowmap.checkpoint;
