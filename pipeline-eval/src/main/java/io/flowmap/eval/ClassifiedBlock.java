package io.flowmap.eval;

import io.flowmap.eval.metric.FeatureBlock;
import java.io.Serializable;

/**
 * Features of a block of images and how the network classified them.
 *
 * @param features [rows, D]
 * @param labelled rows with a label
 * @param right of these, the rows whose most probable class is the label
 */
record ClassifiedBlock(FeatureBlock features, int labelled, int right) implements Serializable {}
