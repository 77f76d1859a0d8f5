/**
 * Files of FLUX.1: its transformer's weights under BFL's and under diffusers' names, and LoRAs in the layouts that people have on disk.
 * {@link io.flowmap.checkpoint.flux.FluxWeights} opens weights, {@link io.flowmap.checkpoint.flux.LoraFile} a LoRA. Names and shapes of
 * every tensor follow from {@link io.flowmap.checkpoint.flux.FluxTable}; tensors stay in their files until they are read one by one.
 */
package io.flowmap.checkpoint.flux;
