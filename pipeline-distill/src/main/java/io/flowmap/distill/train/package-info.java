/**
 * Training on Spark: rounds of local steps on logical workers, averaged block by block, with updaters, schedules, power-function
 * averages, metrics, guard, checkpoints and resume. It sees networks only through {@link io.flowmap.distill.train.step.LocalObjective}.
 */
package io.flowmap.distill.train;
