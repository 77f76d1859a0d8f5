/** Frozen networks that map images to features and class probabilities, and the training of LeNet, the only one trained here. */
package io.flowmap.eval.feature;
