/** The job {@code generate}: samples of teacher and flow map. */
package io.flowmap.distill.sample;
