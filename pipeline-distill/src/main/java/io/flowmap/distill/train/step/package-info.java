/** What a local step is made of: settings, data, objective, update. */
package io.flowmap.distill.train.step;
