/** Frozen networks that turn images into features and class probabilities, and the training of the one that is ours. */
package io.flowmap.eval.feature;
