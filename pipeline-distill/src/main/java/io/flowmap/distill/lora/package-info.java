/** LoRAs of others' tools: brought into another layout, or merged into weights. */
package io.flowmap.distill.lora;
