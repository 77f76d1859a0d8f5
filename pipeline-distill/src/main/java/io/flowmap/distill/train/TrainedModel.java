package io.flowmap.distill.train;

import io.flowmap.tensor.ParameterLayout;
import java.util.Map;

/**
 * Result of a training.
 *
 * @param step steps done
 * @param hash content hash of the last checkpoint: equal configuration and seed give an equal hash
 * @param layout index of the vectors
 * @param vectors last parameters ("parameters"), Adam's moments, and averages by role ("ema-0.05")
 * @param objection reason why its watch ended it early, "" if it ran to the last step
 */
public record TrainedModel(
        long step, String hash, ParameterLayout layout, Map<String, float[]> vectors, String objection) {}
