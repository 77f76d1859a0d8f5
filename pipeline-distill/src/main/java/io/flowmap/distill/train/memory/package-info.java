/** What a training will hold, and what it may. */
package io.flowmap.distill.train.memory;
