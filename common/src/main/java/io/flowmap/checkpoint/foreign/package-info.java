/**
 * Checkpoints of other programs: EDM2's network snapshots, torch's files in both forms and safetensors. {@link
 * io.flowmap.checkpoint.foreign.ForeignCheckpoint} opens them; arrays stay in the file until they are read one by one.
 */
package io.flowmap.checkpoint.foreign;
