package io.flowmap.distill.train;

import io.flowmap.tensor.ParameterLayout;
import java.util.Map;

/**
 * The end of a training.
 *
 * @param step steps done
 * @param hash content hash of the last checkpoint: equal configuration and seed give an equal hash
 * @param layout index of the vectors
 * @param vectors last parameters ("parameters"), Adam's moments, and averages by role ("ema-0.05")
 * @param objection why its watch ended it before its last step, "" where it did not
 */
public record TrainedModel(
        long step, String hash, ParameterLayout layout, Map<String, float[]> vectors, String objection) {}
