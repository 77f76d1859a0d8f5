/** The job {@code prepare-teacher}: replaces EDM2's embedding of ln(sigma)/4 by one of c_noise = t, and measures the change. */
package io.flowmap.distill.prepare;
