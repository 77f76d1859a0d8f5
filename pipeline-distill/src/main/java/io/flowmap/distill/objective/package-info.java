/** What a flow map or a velocity field is trained towards: one file an objective, each with its equation. */
package io.flowmap.distill.objective;
