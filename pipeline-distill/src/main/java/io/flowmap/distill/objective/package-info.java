/** Training objectives of flow maps and velocity fields: one file per objective, each with its equation. */
package io.flowmap.distill.objective;
