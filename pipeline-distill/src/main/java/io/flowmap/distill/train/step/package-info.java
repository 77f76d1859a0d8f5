/** The parts of a local step: settings, data, objective, update. */
package io.flowmap.distill.train.step;
