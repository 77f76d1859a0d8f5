/** What a training shows of itself at its checkpoints: pictures of fixed noise, a loss of fixed noise. */
package io.flowmap.distill.monitor;
