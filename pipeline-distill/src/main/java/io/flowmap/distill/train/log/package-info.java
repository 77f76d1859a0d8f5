/** The table of rounds. */
package io.flowmap.distill.train.log;
