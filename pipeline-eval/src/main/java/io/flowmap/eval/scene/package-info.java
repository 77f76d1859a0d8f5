/** Reads pictures of captioned scenes back, without a network, and says which skills of a prompt they show. */
package io.flowmap.eval.scene;
