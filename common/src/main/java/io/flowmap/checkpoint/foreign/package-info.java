/**
 * Checkpoints of other programs: EDM2 network snapshots, both torch formats, and safetensors. {@link
 * io.flowmap.checkpoint.foreign.ForeignCheckpoint} opens them. Arrays stay in the file until they are read one by one.
 */
package io.flowmap.checkpoint.foreign;
