/** The job {@code prepare-teacher}: a time embedding of c_noise = t in place of EDM2's ln(sigma)/4, and what that costs. */
package io.flowmap.distill.prepare;
