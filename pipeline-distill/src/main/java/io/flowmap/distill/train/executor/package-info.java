/** Local steps on an executor: slots, batches, the order of samples. */
package io.flowmap.distill.train.executor;
