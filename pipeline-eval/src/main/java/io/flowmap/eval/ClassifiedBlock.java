package io.flowmap.eval;

import io.flowmap.eval.metric.FeatureBlock;
import io.flowmap.eval.metric.InceptionScore;
import java.io.Serializable;

/**
 * Features of a block of images and how the network classified them.
 *
 * @param features [rows, D]
 * @param labelled rows with a label
 * @param right of these, the rows whose most probable class is the label
 * @param score of the probabilities of all classes
 * @param hash SHA-256 of the images' pixels
 */
record ClassifiedBlock(FeatureBlock features, int labelled, int right, InceptionScore score, String hash)
        implements Serializable {}
