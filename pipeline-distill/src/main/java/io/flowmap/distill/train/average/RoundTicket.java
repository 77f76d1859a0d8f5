package io.flowmap.distill.train.average;

import java.io.Serializable;

/**
 * Numbers of a round, sent to the workers with the state.
 *
 * @param round number of the round from 0
 * @param step number of its first step from 0
 * @param steps local steps in this round
 * @param firstSample global number of the first sample of logical worker 0 in the first step
 */
public record RoundTicket(long round, long step, int steps, long firstSample) implements Serializable {}
